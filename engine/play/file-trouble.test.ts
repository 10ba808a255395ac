import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { fileTrouble } from './file-trouble.ts'
import { labsFolder } from './folders.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'andamio-trouble-'))
  vi.stubEnv('XDG_STATE_HOME', join(folder, 'state'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

/** As Node would throw it: root is refused nothing that a test could make. */
const refused = (code: string, syscall: string, path?: string) =>
  Object.assign(new Error(`${code}: refused, ${syscall}`), { code, syscall, ...(path ? { path } : {}) })

const told = (error: unknown, uid = 1000) => fileTrouble(error, uid)?.failure

it.each([
  ['EACCES', 'mkdir'],
  ['EPERM', 'chmod'],
])('%s in the state folder names it, who asked, sudo and what moves it', (code, syscall) => {
  const path = join(labsFolder(), 'lab', 'lock')
  expect(told(refused(code, syscall, path))).toMatchObject({
    code: 'path-unusable',
    message: `The state folder cannot be used: ${path}`,
    cause: expect.stringMatching(`this is .+${syscall}: ${code}`),
    next: 'Run the same command with sudo, or set XDG_STATE_HOME to a folder that this user may write.',
  })
  expect(told(refused(code, syscall, path), 0)?.next).not.toContain('sudo')
})

it('a read-only system is not mended by sudo', () => {
  const failure = told(refused('EROFS', 'open', join(labsFolder(), 'lab')))
  expect(failure).toMatchObject({ cause: expect.stringContaining('read-only') })
  expect(failure?.next).toBe('Set XDG_STATE_HOME to a folder that this user may write.')
})

it('knows a file in the way of the folder, also above it', async () => {
  await writeFile(join(folder, 'state'), '')
  for (const work of [mkdir(join(labsFolder(), 'lab'), { recursive: true }), access(join(labsFolder(), 'lab'))])
    expect(told(await work.catch(error => error))).toMatchObject({
      code: 'path-unusable',
      cause: expect.stringContaining('a file stands where a folder is wanted'),
      next: 'Move it away, or set XDG_STATE_HOME to a folder that is free.',
    })
})

it('a full disk is told with and without a path', () => {
  expect(told(refused('ENOSPC', 'write'))).toMatchObject({ code: 'disk-full', next: expect.stringContaining('df -h') })
  expect(told(refused('EDQUOT', 'open', '/x/y'))).toMatchObject({ message: expect.stringContaining('/x/y') })
  expect(told(refused('ENOSPC', 'watch', '/x/y'))).toBeUndefined()
})

it('what is refused elsewhere is told with its path, and what is wrong elsewhere is a bug', async () => {
  expect(told(refused('EACCES', 'open', '/run/andamio/lock'))).toMatchObject({ code: 'path-unusable' })
  expect(told(await readFile(folder).catch(error => error))).toBeUndefined()
  expect(told(refused('EACCES', 'spawn gpg', '/usr/bin/gpg'))).toBeUndefined()
  expect(told(refused('EACCES', 'listen'))).toBeUndefined()
  expect(told(new TypeError('undefined is not a function'))).toBeUndefined()
})
