import { AndamioError, exitCode } from '../../engine/errors.ts'
import { askHosts } from '../../engine/play/ask-hosts.ts'
import { type Check, lookAt } from '../../engine/play/checks.ts'
import type { Run } from '../../engine/play/run.ts'
import type { Step } from '../../engine/play/step.ts'
import { isUnreachable, RunStopped } from '../../engine/play/stop.ts'
import { hostChecks } from '../checks/doctor/hosts.ts'
import { answering, machineChecks } from '../checks/doctor/machine.ts'
import { networkChecks } from '../checks/doctor/network.ts'
import { notAsked } from '../checks/doctor/not-asked.ts'
import { portsCheck } from '../checks/doctor/ports.ts'

/**
 * Looks for what would stop an `up`: on this machine, in what the plays themselves refuse when they only look, on the
 * hosts and between them. Each is told, whatever the others are; ends with 70 where there is any.
 */
export function doctor(plays: readonly Step[]): Step {
  return {
    title: 'Look for what would stop an up',
    roles: plays.flatMap(({ roles }) => roles),
    groups: plays.flatMap(({ groups }) => groups),
    async perform(run: Run): Promise<void> {
      let failed = await lookAt(run, machineChecks)
      for (const step of plays)
        failed += await lookAt(
          run,
          (await stops(run, step)).map(error => asCheck(step, error)),
        )
      await askHosts(run)
      if (failed + run.failures.size === 0) await lookAt(run, [nothingRefused])
      if (answering(run).length > 0) failed += await lookAt(run, [...hostChecks, portsCheck, ...networkChecks])
      const left = notAsked(run)
      if (left) run.emit({ type: 'notice', level: 'info', ...left })
      // What a play found on a host has been told as that host's failure.
      if (failed + run.failures.size > 0) throw new RunStopped(exitCode.failed)
    },
  }
}

/** What ends a step that only looks, beyond failures of hosts, which are told by themselves. */
async function stops(run: Run, step: Step): Promise<readonly AndamioError[]> {
  try {
    await step.perform(run)
    return []
  } catch (error) {
    if (error instanceof AndamioError) return (await isOfHosts(run, error)) ? [] : [error]
    if (!(error instanceof RunStopped) || run.signal.aborted) throw error
    return []
  }
}

/** Whether a step ended for a host that it needs does not let us in: that is told as the host's failure, once. */
async function isOfHosts(run: Run, { exit }: AndamioError): Promise<boolean> {
  if (!isUnreachable(exit)) return false
  await askHosts(run)
  return [...run.failures.values()].some(isUnreachable)
}

const nothingRefused: Check = {
  id: 'plays',
  title: 'The plays of up refuse nothing',
  look: async run =>
    `${[...run.counts.values()].reduce((sum, { ok, changed }) => sum + ok + changed, 0)} things looked at`,
}

const asCheck = ({ title }: Step, error: AndamioError): Check => ({
  id: error.failure.code,
  title,
  look: () => Promise.reject(error),
})
