import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { findAccess } from './access.ts'
import { openIdentity } from './identity.ts'

const scratch = mkdtempSync(join(tmpdir(), 'file-manager-access-'))
afterAll(() => rmSync(scratch, { recursive: true }))

/** A configuration with these labs and their nodes. */
function labs(all: Readonly<Record<string, readonly string[]>>): NodeJS.ProcessEnv {
  const home = mkdtempSync(join(scratch, 'home-'))
  for (const [lab, nodes] of Object.entries(all)) {
    const folder = join(home, 'andamio', lab)
    mkdirSync(folder, { recursive: true })
    const access = { lab, name: 'unused', nodes, ca: `CA of ${lab}`, token: `token of ${lab}`, plainText: false }
    writeFileSync(join(folder, 'file-manager.json'), JSON.stringify(access), { mode: 0o600 })
  }
  return { XDG_CONFIG_HOME: home, XDG_STATE_HOME: home }
}

const two = { a: ['10.1.0.2'], b: ['10.2.0.2', '10.2.0.3'] }
const silent = (line: string): void => expect.fail(line)

test.each([
  ['the lab that the address is of', two, '10.2.0.3', {}, 'b'],
  ['the only lab, whatever the address', { a: ['10.1.0.2'] }, 'host.example', {}, 'a'],
  ['the lab that is named', two, '10.2.0.3', { lab: 'a' }, 'a'],
])('it takes %s', (_, there, host, options, lab) => {
  expect(findAccess(host, options, labs(there), silent)).toEqual({
    authority: `CA of ${lab}`,
    token: `token of ${lab}`,
  })
})

test('in plain text it verifies nobody, and needs no credentials', () => {
  expect(findAccess('10.1.0.2', { plainText: true }, labs(two), silent)).toEqual({
    authority: undefined,
    token: 'token of a',
  })
  expect(findAccess('x', { plainText: true }, labs({}), silent)).toEqual({ authority: undefined, token: undefined })
})

test.each([
  ['no lab', {}, {}, 'there are no credentials of a lab', 70],
  ['several labs and none of this address', two, {}, 'x is not known as a node of a lab', 64],
  ['a lab that is not there', two, { lab: 'c' }, 'cannot be read', 70],
  ['a name that is a path', two, { lab: '../a' }, 'is no name of a lab', 64],
])('it says what is missing: %s', (_, there, options, message, exit) => {
  const find = () => findAccess('x', options, labs(there), silent)
  expect(find).toThrow(message)
  expect(find).toThrow(expect.objectContaining({ exit }))
})

test('it names the labs to choose from, and warns of a file that others can read', () => {
  expect(() => findAccess('x', {}, labs(two), silent)).toThrow(
    expect.objectContaining({ next: 'Say which lab it is: --lab a or --lab b.' }),
  )
  const env = labs({ a: [] })
  const file = join(env.XDG_CONFIG_HOME ?? '', 'andamio', 'a', 'file-manager.json')
  chmodSync(file, 0o644)
  const warnings: string[] = []
  findAccess('x', { config: file }, env, line => warnings.push(line))
  expect(warnings).toEqual([expect.stringContaining('others can read')])
  writeFileSync(file, '{"token":')
  chmodSync(file, 0o600)
  expect(() => findAccess('x', {}, env, silent)).toThrow('does not hold credentials')
})

test('a user of a machine stays the same, and servers never learn of the nonce', () => {
  const env = labs({})
  const first = openIdentity(env)
  expect(openIdentity(env)).toEqual(first)
  expect(openIdentity(labs({}))).not.toEqual(first)
  expect(first.client).toMatch(/^[0-9a-f]{32}$/)
  expect(first.nonce).not.toContain(first.client)
  writeFileSync(join(env.XDG_STATE_HOME ?? '', 'andamio-file-manager', 'identity'), 'rubbish')
  const second = openIdentity(env)
  expect(second).not.toEqual(first)
  expect(openIdentity(env)).toEqual(second)
  expect(openIdentity({ XDG_STATE_HOME: fileURLToPath(import.meta.url) }).client).toMatch(/^[0-9a-f]{32}$/)
})
