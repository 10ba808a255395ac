import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { ExecResult } from './connection.ts'
import { startHere } from './local-process.ts'
import { limited } from './remote-command.ts'
import { RootShell, rootShellCommand } from './root-shell.ts'
import { RootShells } from './root-shells.ts'
import { attend, type Running } from './running-command.ts'

const folder = mkdtempSync(join(tmpdir(), 'andamio-shell-'))
const opened: Running[] = []
afterEach(() => {
  for (const way of opened.splice(0)) way.abandon()
  rmSync(folder, { recursive: true, force: true })
})

const open = (): Running => {
  const way = startHere('here', 'sh', ['-c', `exec ${rootShellCommand}`], process.env)
  opened.push(way)
  return way
}
const broken = (cause: string): Error => new Error(cause)
const answer = (running: Running, timeoutSeconds = 20): Promise<ExecResult> =>
  attend(running, { timeoutSeconds }, { host: 'here', command: 'it' })
const shell = (): RootShell => new RootShell(open(), broken)
const run = (in_: RootShell, command: string, input?: string): Promise<ExecResult> =>
  answer(in_.start(limited(command, 10), input === undefined ? undefined : Buffer.from(input)))

describe('a root shell', () => {
  test('performs commands one after the other, each with its own input, output and status', async () => {
    const one = shell()
    expect(await run(one, 'cat; echo no >&2; exit 3', 'in\n')).toEqual({
      code: 3,
      stdout: Buffer.from('in\n'),
      stderr: 'no\n',
    })
    expect(await run(one, 'cat')).toEqual({ code: 0, stdout: Buffer.alloc(0), stderr: '' })
    expect(await run(one, 'sh -s', 'printf x\n')).toEqual({ code: 0, stdout: Buffer.from('x'), stderr: '' })
  })

  test('gives bytes as they are, whatever they are, and much of them', async () => {
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256))
    const { stdout } = await answer(shell().start('timeout 9 cat', bytes))
    expect(stdout.equals(bytes)).toBe(true)
  })

  test('takes away what a command has not read', async () => {
    const one = shell()
    for (const input of ['exit 9\n'.repeat(50_000), 'one line that has no end'])
      expect(await run(one, 'true', input)).toEqual({ code: 0, stdout: Buffer.alloc(0), stderr: '' })
    expect(String((await run(one, 'echo next')).stdout)).toBe('next\n')
  })

  test('keeps its commands apart', async () => {
    const one = shell()
    await run(one, 'cd /; exit 5')
    await run(one, `it='x'; export it; umask 0777; trap "" TERM`)
    const { stdout } = await run(one, 'echo "[$it] $(umask)"')
    expect(String(stdout)).toMatch(/^\[\] 0?0/)
    expect(String((await run(one, `printf '%s ' "it's" 'a  b' 'c\nd\n'`)).stdout)).toBe("it's a  b c\nd\n ")
  })

  test('says what kept a command from ending in time, and goes on', async () => {
    const one = shell()
    expect((await answer(one.start(limited('echo begun; sleep 60', 1)))).code).toBe(124)
    expect((await run(one, 'true')).code).toBe(0)
  })

  test('that is killed in mid-command gave no answer, and takes no further command', async () => {
    const one = shell()
    const ended = run(one, 'kill -9 $(cut -d" " -f4 /proc/$PPID/stat); echo half')
    await expect(ended).rejects.toThrow('its root shell ended by KILL without an answer')
    expect([one.isFree, one.hasEnded]).toEqual([false, true])
  })

  test.each([
    ['of which a part is missing', 98, (command: string) => `200 0\n${command} # ma`],
    ['that is short, of which a part is missing', 0, (command: string) => `0 0 ${command} # ma`],
    ['that does not end as ours do', 98, (command: string) => `0 0 ${command}\n`],
  ])('runs no command %s, as a connection leaves it that breaks', async (_, code, sent) => {
    const way = open()
    const touched = join(folder, 'touched')
    way.stdin.end(`mark\n${sent(`touch ${touched}`)}`)
    expect(await way.ended).toEqual({ code })
    expect(existsSync(touched)).toBe(false)
  })

  test('performs commands of any length, however they are sent', async () => {
    const one = shell()
    for (const length of [1, 100, 190, 200, 5000]) {
      const text = 'x\\ '.repeat(length)
      expect(String((await answer(one.start(`printf %s '${text}'`))).stdout)).toBe(text)
    }
  })

  test('ends with its connection', async () => {
    const way = open()
    way.stdin.end('mark\n')
    expect(await way.ended).toEqual({ code: 0 })
  })
})

describe('the root shells of a connection', () => {
  test('are as many as commands at once, and are used again', async () => {
    const opens = vi.fn(async () => open())
    const shells = new RootShells(opens, broken)
    const start = async (command: string): Promise<string> =>
      String((await answer(await shells.start(limited(command, 9), undefined, 1000))).stdout)
    expect(await Promise.all([start('echo 1'), start('echo 2')])).toEqual(['1\n', '2\n'])
    expect(await start('echo 3')).toBe('3\n')
    expect(opens).toHaveBeenCalledTimes(2)
    shells.closeIdle()
    shells.closeIdle()
    expect(await start('echo 4')).toBe('4\n')
    expect(opens).toHaveBeenCalledTimes(3)
  })
})
