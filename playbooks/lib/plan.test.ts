import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { play } from '../../engine/play/play.ts'
import { defineRole } from '../../engine/play/role.ts'
import { onOperator } from '../../engine/resource/operator.ts'
import { type Resource, unknown } from '../../engine/resource/resource.ts'
import { operatorFile } from '../../engine/resources/operator-file.ts'
import { Secret } from '../../engine/shell/secret.ts'
import { thisMachine } from './file-manager.ts'
import { readPlan } from './plan.ts'
import { differences } from './plan-differences.ts'
import type { Steps } from './steps.ts'
import { inProcess } from './testing/in-process.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plan-'))
  const hosts = '  cp: { groups: [control-plane], address: 192.0.2.1 }\n'
  await writeFile(join(folder, 'lab.yaml'), `lab: planned\nprovider: static\nhosts:\n${hosts}`)
})
afterEach(() => rm(folder, { recursive: true }))

const path = (name: string) => join(folder, name)
const steps = (...resources: readonly Resource<never, undefined>[]): Steps => {
  const role = defineRole({ name: 'files', summary: '', vars: {}, resources: () => resources })
  return () => [play('Write files', { on: thisMachine, roles: [role] })]
}
const files = (...names: readonly string[]) =>
  steps(
    ...(names.map(name => operatorFile(path(name), new Secret('the content'))) as unknown as Resource<
      never,
      undefined
    >[]),
  )

const run = (args: readonly string[], instead: Steps) =>
  inProcess('up', args, { XDG_STATE_HOME: path('state'), HOME: folder }, instead)
const check = (instead: Steps, ...more: readonly string[]) =>
  run(['--inventory', path('lab.yaml'), '--check', '--out', path('plan.json'), ...more], instead)
const carryOut = (instead: Steps, ...more: readonly string[]) => run(['--plan', path('plan.json'), ...more], instead)
const exists = (name: string) =>
  stat(path(name)).then(
    () => true,
    () => false,
  )

it('carries out what the check has found, by the inventory of that check', async () => {
  expect((await check(files('a', 'b'))).exit).toBe(2)
  const plan = await readFile(path('plan.json'), 'utf8')
  expect((await stat(path('plan.json'))).mode & 0o777).toBe(0o600)
  expect(plan).not.toContain('the content')
  expect(JSON.parse(plan)).toMatchObject({
    format: 'andamio-plan/1',
    asked: { inventory: path('lab.yaml'), takeOver: [], pruneData: false },
    ...{ playbook: 'up', lab: 'planned', hosts: ['cp'], unknown: [] },
    changes: [
      { host: 'lab', role: 'files', kind: 'operator-file', id: path('a'), attribute: 'content', before: null },
      { attribute: 'mode', before: null, after: '0600' },
      { id: path('b') },
      { id: path('b') },
    ],
  })
  const { exit, stdout, stderr } = await carryOut(files('a', 'b'))
  expect(stderr).toContain('2 changes, and the world is as it was.')
  expect([exit, stdout.match(/^up {2}lab planned/gm)?.length]).toEqual([0, 1])
  expect(await readFile(path('b'), 'utf8')).toBe('the content')
})

it('does nothing where the world has moved since', async () => {
  await check(files('a', 'b'), '--limit', 'cp')
  await writeFile(path('b'), 'somebody was here', { mode: 0o600 })
  const { exit, stderr } = await carryOut(files('a', 'b'))
  expect(exit).toBe(70)
  expect(stderr).toContain('plan-outdated')
  const said = stderr.replace(/\s+/g, ' ')
  expect(said).toMatch(/- lab operator-file \S+b: \+content sha256:[\da-f]{12}…, \+mode 0600/)
  expect(said).toMatch(/\+ lab operator-file \S+b: content sha256:[\da-f]{12}… -> sha256:[\da-f]{12}…/)
  expect(said.replaceAll(' ', '')).toContain(`zxplaybooks/up.mjs--inventory${path('lab.yaml')}--limitcp--check`)
  expect(await exists('a')).toBe(false)
})

it('names itself where the inventory that it was made from has gone', async () => {
  await check(files('a'))
  await rm(path('lab.yaml'))
  const { exit, stderr } = await carryOut(files('a'))
  expect(exit).toBe(64)
  expect(stderr.replace(/\s+/g, ' ')).toContain('place --plan ')
})

it.each([
  [
    'nothing is left to do',
    () => files('a'),
    (): Promise<void> => writeFile(path('a'), 'the content', { mode: 0o600 }),
  ],
  ['more is wanted', () => files('a', 'b'), async () => undefined],
  [
    'another host has come',
    () => files('a'),
    () =>
      writeFile(
        path('lab.yaml'),
        'lab: planned\nprovider: static\nhosts:\n  cp: { groups: [control-plane], address: 192.0.2.1 }\n  w: { address: 192.0.2.2 }\n',
      ),
  ],
])('does nothing where %s', async (_, now, move) => {
  await check(files('a'))
  await move()
  expect(await carryOut(now())).toMatchObject({ exit: 70, stderr: expect.stringContaining('plan-outdated') })
})

it('applies nothing on its way that the plan does not name', async () => {
  await check(files('a', 'b'))
  await writeFile(path('b'), 'the content', { mode: 0o600 })
  await check(files('a', 'b'))
  // Between the second look and its turn, what was in order is taken away.
  const vanishing = operatorFile(path('a'), 'the content')
  const apply: typeof vanishing.apply = async (...given) => {
    await vanishing.apply(...given)
    await rm(path('b'))
  }
  const spoiling = steps(
    ...([{ ...vanishing, apply }, operatorFile(path('b'), 'the content')] as unknown as Resource<never, undefined>[]),
  )
  const { exit, stdout } = await carryOut(spoiling)
  expect(exit).toBe(70)
  expect(stdout).toContain(`${path('b')}: it would change now`)
  // The plan itself is outdated by now.
  expect(stdout.replace(/\s+/g, ' ')).toContain(`npx zx playbooks/up.mjs --inventory ${path('lab.yaml')}`)
  expect(stdout).not.toContain('--plan')
  expect(await exists('b')).toBe(false)
})

it('goes on where what was unknown still is', async () => {
  const late: Resource<never, undefined> = {
    ...{ kind: 'late', id: 'x', diff: () => [], apply: async () => undefined },
    probe: onOperator(async () => unknown('until it is there')),
  }
  expect(await check(steps(late))).toMatchObject({ exit: 3, stdout: expect.stringContaining('\nPlan: ') })
  const { exit, stdout } = await carryOut(steps(late))
  expect([exit, stdout.includes('state-unknown')]).toEqual([70, true])
})

it('writes no plan of a check that failed', async () => {
  await writeFile(path('a'), '')
  const refused = { ...operatorFile(path('a'), 'x'), refuse: () => ({ code: 'c', message: 'not this one' }) }
  const { exit, stdout, stderr } = await check(steps(refused as unknown as Resource<never, undefined>))
  expect(exit).toBe(70)
  expect(stdout).not.toContain('Plan: ')
  expect(stderr).toContain('No plan is written')
  expect(await exists('plan.json')).toBe(false)
})

it.each(['--out', '--junit', '--html'])('writes what %s names over no other file', async flag => {
  const text = await readFile(path('lab.yaml'), 'utf8')
  const refused = await run(['--inventory', path('lab.yaml'), '--check', flag, path('lab.yaml')], files('a'))
  expect(refused).toMatchObject({ exit: 64, stderr: expect.stringContaining('what stands there is another file') })
  expect(await readFile(path('lab.yaml'), 'utf8')).toBe(text)
  for (const _ of [1, 2])
    expect(await run(['--inventory', path('lab.yaml'), '--check', flag, path('again')], files('a'))).toMatchObject({
      exit: 2,
    })
})

it.each([
  [['--plan', 'p', '--check'], '--plan and --check exclude each other'],
  [['--plan', 'p', '--inventory', 'x'], '--plan and --inventory exclude each other'],
  [['--plan', 'p', '--take-over', 'x'], '--plan and --take-over exclude each other'],
  [['--out', 'p'], '--out goes with --check'],
])('refuses %s', async (args, why) => {
  expect(await run(args, files())).toMatchObject({ exit: 64, stderr: expect.stringContaining(why) })
})

it.each([
  ['not there', undefined, 'ENOENT', 'ITS_INVENTORY'],
  ['no JSON', '{', 'it is no JSON', 'ITS_INVENTORY'],
  ['of another format', '{"format":"andamio-plan/0"}', 'format: Invalid input', 'ITS_INVENTORY'],
  ['with more in it', undefined, 'Unrecognized key', 'lab.yaml'],
  ['of another playbook', undefined, 'it is one of up', 'lab.yaml'],
])('refuses a plan that is %s', async (what, text, why, inventory) => {
  if (text !== undefined) await writeFile(path('plan.json'), text)
  else if (what !== 'not there') {
    await check(files('a'))
    const plan = JSON.parse(await readFile(path('plan.json'), 'utf8'))
    if (what === 'with more in it') await writeFile(path('plan.json'), JSON.stringify({ ...plan, more: 1 }))
  }
  const reading = readPlan(path('plan.json'), what === 'of another playbook' ? 'down' : 'up')
  await expect(reading).rejects.toMatchObject({
    exit: 64,
    failure: {
      ...{ code: 'plan-unreadable', cause: expect.stringContaining(why) },
      next: expect.stringMatching(new RegExp(`--inventory \\S*${inventory} --check --out`)),
    },
  })
})

it('tells what is gone and what has come', () => {
  const change = { host: 'h', role: 'r', kind: 'k', id: 'i', attribute: 'a', before: 1, after: { late: 'x' } }
  const none = { lab: 'l', hosts: ['h'], changes: [], unknown: [] }
  expect(differences({ ...none, changes: [change] }, { ...none, changes: [{ ...change, before: 2 }] })).toEqual([
    '- h k i: a (known after create)',
    '+ h k i: a (known after create)',
  ])
  const why = { host: 'h', role: 'r', kind: 'k', id: 'i', why: 'until then' }
  expect(differences(none, { ...none, unknown: [why] })).toEqual(['+ h k i: unknown, until then'])
  expect(differences({ ...none, changes: [change] }, { ...none, changes: [change] })).toEqual([])
})
