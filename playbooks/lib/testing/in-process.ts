import { vi } from 'vitest'
import type { ExitCode } from '../../../engine/errors.ts'
import { readOptions } from '../../../engine/play/read-options.mjs'
import { Sink } from '../../../engine/report/samples/sink.ts'
import type { About } from '../about.ts'
import { statusOf } from '../playbook.ts'
import type { Steps } from '../steps.ts'

export interface Ended {
  readonly exit: ExitCode
  readonly stdout: string
  readonly stderr: string
}

type Written = readonly [name: string, about: About, steps: Steps]

/**
 * A playbook as its program performs it, on pipes, but within this process: to start one takes longer than most of what
 * is tested. `env` holds for the run, and `instead` are other steps than the playbook's own. What a process adds,
 * programs.test.ts proves, and login.test.ts and others for runs that wait for something.
 */
export async function inProcess(
  playbook: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  instead?: Steps,
): Promise<Ended> {
  const [name, about, steps] = await written(playbook)
  const [stdout, stderr] = [new Sink(), new Sink()]
  for (const [variable, value] of Object.entries({ SSH_AUTH_SOCK: undefined, GITHUB_ACTIONS: undefined, ...env }))
    vi.stubEnv(variable, value)
  try {
    const argv = ['node', 'zx', `playbooks/${name}.mjs`, ...args]
    const read = readOptions(name, args, about)
    const exit = await statusOf(name, about, read, instead ?? steps, { argv, env: process.env, stdout, stderr })
    return { exit, stdout: stdout.text, stderr: stderr.text }
  } finally {
    vi.unstubAllEnvs()
  }
}

const known = new Map<string, Written>()

/** What a playbook's file says. playbook.mjs, which would begin it, is put aside while it is read. */
async function written(playbook: string): Promise<Written> {
  const before = known.get(playbook)
  if (before) return before
  const begin = vi.fn<(...said: Written) => void>()
  vi.doMock('../playbook.mjs', () => ({ playbook: begin }))
  try {
    await import(`../../${playbook}.mjs`)
  } finally {
    vi.doUnmock('../playbook.mjs')
  }
  const [said] = begin.mock.calls
  if (said === undefined) throw new Error(`${playbook}.mjs begins no playbook`)
  known.set(playbook, said)
  return said
}
