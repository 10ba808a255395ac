import { setTimeout } from 'node:timers/promises'
import type { Run } from './run.ts'
import { exitOf, failureOf, isUnreachable } from './stop.ts'

/** For its facts, a host that let us in. One whose cloud-init is at work tells them later, and answers all the same. */
const factsMilliseconds = 10_000

/**
 * Connects to every host that runs and has not failed yet, side by side. Those that do not answer are told, and are among `run.failures` from
 * then on. Throws what is no matter of one host.
 */
export async function askHosts(run: Run): Promise<void> {
  const running = run.lab.hosts
    .map(({ name }) => name)
    .filter(host => run.found.get(host)?.is === 'running' && !run.failures.has(host))
  await Promise.all(running.map(host => ask(run, host).catch(error => lose(run, host, error))))
}

async function ask(run: Run, host: string): Promise<void> {
  const { facts } = await run.session(host)
  // Else the end of the run would cut them off.
  const told = facts.catch(() => undefined)
  await Promise.race([told, setTimeout(factsMilliseconds, undefined, { ref: false })])
}

function lose(run: Run, host: string, error: unknown): void {
  const exit = exitOf(error)
  if (run.signal.aborted || !isUnreachable(exit)) throw error
  run.failures.set(host, exit)
  run.count(host, 'unreachable')
  run.emit({ type: 'host.unreachable', host, failure: { place: host, ...failureOf(error) } })
}
