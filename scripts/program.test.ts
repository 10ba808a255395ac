import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { usageError } from '../engine/errors.ts'
import { quietly } from '../engine/play/read-arguments.mjs'
import { mirrorProgram } from './mirror-program.ts'
import { asProgram } from './program.ts'

const project = fileURLToPath(new URL('..', import.meta.url))
const zx = join(project, 'node_modules', 'zx', 'build', 'cli.js')
const said = { stdout: '', stderr: '' }
beforeEach(() => {
  Object.assign(said, { stdout: '', stderr: '' })
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation(data => {
      said[name] += data
      return true
    })
  }
})
afterEach(() => vi.restoreAllMocks())

const program = () =>
  quietly(new Command('npx zx scripts/some.mjs')).description('Does much.').option('--check', 'look')
const about = { examples: ['--check  what it would do'], exits: [0, 64] } as const
const work = vi.fn(async () => 7)
beforeEach(() => work.mockClear())

test('help is shown, and nothing is done', async () => {
  expect(await asProgram(program(), about, ['--help'], work)).toBe(0)
  expect(said.stdout).toContain('Usage: npx zx scripts/some.mjs [options]')
  expect(said.stdout).toMatch(/Examples:\n {2}npx zx scripts\/some\.mjs --check [\s\S]*Exit codes:\n +0 .*\n +64 .*\n$/)
  expect(work).not.toHaveBeenCalled()
})

test.each([
  ['--chekc', "unknown option '--chekc'", 'did you mean --check?'],
  ['--bogus', "unknown option '--bogus'", 'npx zx scripts/some.mjs --help shows what there is'],
  ['check', 'too many arguments', 'npx zx scripts/some.mjs --help shows what there is'],
])('%s is refused, and nothing is done', async (argument, message, next) => {
  expect(await asProgram(program(), about, [argument], work)).toBe(64)
  expect(said.stderr).toContain(`error   ${message}`)
  expect(said.stderr).toContain(`next    ${next}`)
  expect(said.stderr).toContain('code    usage')
  expect(work).not.toHaveBeenCalled()
})

test('a failure of the work is told with its code', async () => {
  const failing = () => Promise.reject(usageError({ code: 'c', message: 'It failed', stderr: ['no space'] }))
  expect(await asProgram(program(), about, [], failing)).toBe(64)
  expect(said.stderr).toMatch(/error {3}It failed[\s\S]*no space[\s\S]*code {4}c /)
  expect(await asProgram(program(), about, ['--check'], work)).toBe(7)
})

test("the mirror's own mistakes are told in the same style", async () => {
  expect(await mirrorProgram(['--source', 'mirrror'])).toBe(64)
  expect(said.stderr).toMatch(/place {3}npx zx scripts\/mirror\.mjs[\s\S]*code {4}usage/)
})

test('asking how to write a transcript starts no lab', () => {
  // In a user namespace without a mapping we are nobody: what would start a lab ends at once, and not with 0.
  const asNobody = process.getuid?.() === 0 ? ['/usr/bin/unshare', '--user', '--'] : []
  const [file = '', ...args] = [...asNobody, process.execPath, zx, join(project, 'scripts', 'transcript.mjs'), '--help']
  const help = execFileSync(file, args, { cwd: project, encoding: 'utf8', timeout: 60_000 })
  expect(help).toContain('Usage: npx zx scripts/transcript.mjs [options]')
  expect(help).not.toContain('PLAY')
})
