import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { askTool, callTool, oddAnswer, type ToolCall } from './call-tool.ts'
import { findProgram } from './find-program.ts'
import { isOlder, type Tool } from './tool.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tool-'))
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

const tool: Tool = {
  name: 'hypervisor',
  elsewhere: [],
  oldest: { version: '2.1', for: 'its option --json' },
  install: 'Install it.',
  whenSilent: 'Restart its service.',
  explains: [
    { when: /denied/i, next: 'Join its group.' },
    { when: /no space/i, next: 'Make room.' },
  ],
}

async function program(script: string): Promise<void> {
  const file = join(folder, tool.name)
  await writeFile(file, `#!/bin/sh\n${script}\n`)
  await chmod(file, 0o755)
}
const call = (more: Partial<ToolCall> = {}): ToolCall => ({ args: ['list', '--all'], limitSeconds: 30, ...more })

it('gives what it says to its input and its surroundings', async () => {
  await program('echo "$* $SETTING $LC_ALL"; cat')
  expect(await askTool(tool, call({ stdin: 'given', env: { SETTING: 'set' } }))).toBe('list --all set C.UTF-8\ngiven')
})

it('says how to get it where it is not installed', async () => {
  await expect(callTool(tool, call())).rejects.toMatchObject({
    failure: { code: 'tool-missing', message: 'hypervisor is not installed on this machine', next: 'Install it.' },
  })
})

it('finds it where its installers put it, beside PATH, and never a file that does not run', async () => {
  await program('exit 0')
  expect(await findProgram('hypervisor', ['/nowhere', folder], '/usr/bin::')).toBe(join(folder, 'hypervisor'))
  await chmod(join(folder, 'hypervisor'), 0o644)
  expect(await findProgram('hypervisor', [folder], '')).toBeUndefined()
})

it('takes no folder of its name for it, and says of one that cannot be started which file that is', async () => {
  await mkdir(join(folder, 'hypervisor'))
  expect(await findProgram('hypervisor', [], folder)).toBeUndefined()
  await rm(join(folder, 'hypervisor'), { recursive: true })
  await writeFile(join(folder, 'hypervisor'), '#!/no/such/interpreter\n', { mode: 0o755 })
  await expect(callTool(tool, call())).rejects.toMatchObject({
    failure: {
      code: 'tool-failed',
      message: 'hypervisor cannot be started on this machine',
      place: join(folder, 'hypervisor'),
      cause: expect.stringContaining('ENOENT'),
      next: expect.stringContaining('Install it.'),
    },
  })
})

it('shows an odd answer, and of bytes no more than that they were there', () => {
  const { failure } = oddAnswer(tool, ['list'], 'it is no JSON', 'one\n\u0000\u001b[31m\ufffdtwo\n')
  expect(failure.stderr).toEqual(['one', '.[31m.two'])
})

it('ends it at its limit, and says what to do', async () => {
  await program('echo "waiting for the service" >&2; exec sleep 60')
  await expect(callTool(tool, call({ limitSeconds: 1 }))).rejects.toMatchObject({
    failure: {
      code: 'tool-silent',
      message: 'hypervisor list gave no answer within 1 s',
      stderr: ['waiting for the service'],
      next: 'Restart its service.',
    },
  })
})

it('ends it where the run is interrupted', async () => {
  await program('exec sleep 60')
  const interrupt = new AbortController()
  const asked = callTool(tool, call({ signal: interrupt.signal }))
  interrupt.abort(new Error('interrupted'))
  await expect(asked).rejects.toThrow('interrupted')
})

it('explains what it complains of, wherever it says so', async () => {
  await program('echo "list failed: socket access DENIED" >&2; echo "see the manual" >&2; exit 2')
  await expect(askTool(tool, call())).rejects.toMatchObject({
    failure: {
      code: 'tool-failed',
      message: 'hypervisor list failed',
      cause: 'list failed: socket access DENIED',
      stderr: ['list failed: socket access DENIED', 'see the manual'],
      next: 'Join its group.',
    },
  })
  await program('echo "no space left"; exit 1')
  await expect(askTool(tool, call())).rejects.toMatchObject({ failure: { cause: 'no space left', next: 'Make room.' } })
  await program('exit 3')
  await expect(askTool(tool, call())).rejects.toMatchObject({
    failure: { cause: 'it ended with status 3, and said nothing' },
  })
})

it.each([
  ['1.10.1', '1.11', true],
  ['1.9', '1.11', true],
  ['1.11.0-rc.2+g12', '1.11', false],
  ['1.11', '1.11.1', true],
  ['2.0', '1.11', false],
  ['2.3.4.dev', '2.2', false],
  ['unknown', '1.11', false],
])('knows whether %s is older than %s: %s', (version, oldest, older) => {
  expect(isOlder(version, oldest)).toBe(older)
})
