import type { Run } from './run.ts'
import { exitOf, failureOf, isUnreachable } from './stop.ts'

/**
 * Connects to every host that runs, side by side. Those that do not answer are told, and are among `run.failures` from
 * then on. Throws what is no matter of one host.
 */
export async function askHosts(run: Run): Promise<void> {
  const running = run.lab.hosts.map(({ name }) => name).filter(host => run.found.get(host)?.is === 'running')
  await Promise.all(running.map(host => run.session(host).catch(error => lose(run, host, error))))
}

function lose(run: Run, host: string, error: unknown): void {
  const exit = exitOf(error)
  if (run.signal.aborted || !isUnreachable(exit)) throw error
  run.failures.set(host, exit)
  run.count(host, 'unreachable')
  run.emit({ type: 'host.unreachable', host, failure: { place: host, ...failureOf(error) } })
}
