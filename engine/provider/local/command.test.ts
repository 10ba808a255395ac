import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { sh } from '../../shell/sh.ts'
import { runHere } from './command.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'command-'))
})
afterEach(() => rm(folder, { recursive: true }))

it('gives what a script says, and names what failed with its last words', async () => {
  expect(await runHere('saying', 'echo said')).toBe('said\n')
  await expect(runHere('failing', 'echo why >&2; exit 3')).rejects.toMatchObject({
    failure: { code: 'command-failed', cause: 'exit status 3', stderr: ['why'] },
  })
})

it('ends at its limit with all that it has started, also what does not heed TERM', async () => {
  const pid = join(folder, 'pid')
  const script = sh`sh -c 'trap "" TERM; echo $$ >"$1.new"; mv "$1.new" "$1"; sleep 60; sleep 60' sh ${pid}`
  await expect(runHere('something without end', script, { timeoutSeconds: 3 })).rejects.toMatchObject({
    failure: { code: 'command-timeout', place: 'this machine: something without end' },
  })
  const child = readFileSync(pid, 'utf8').trim()
  // Killed, it is gone as soon as whoever inherited it has looked.
  await vi.waitUntil(() => !existsSync(`/proc/${child}`) || zombie(child), { timeout: 30_000 })
})

const zombie = (pid: string): boolean => /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))

it('ends when the run is interrupted', async () => {
  const interrupt = new AbortController()
  const running = runHere('waiting', 'sleep 60', { signal: interrupt.signal })
  interrupt.abort(new Error('interrupted'))
  await expect(running).rejects.toThrow('interrupted')
})
