import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from '../connection/connection.ts'
import { AndamioError } from '../errors.ts'
import type { HostFacts } from '../resource/host.ts'
import { gatherFacts } from './gather-facts.ts'
import type { RunParts } from './run-parts.ts'

export interface Patience {
  /** Clouds install packages and reboot for updates meanwhile. */
  readonly limitSeconds: number
  readonly everySeconds: number
}

export interface FirstBoot {
  readonly facts: HostFacts
  /** By `performance.now()`. What the host was asked before may have changed since: cloud-init was at work. */
  readonly since: number
}

/**
 * What a host is, told once its cloud-init has ended: before, it may still change names, users and packages under our
 * hands. Check mode does not wait. Where there is nothing to wait for it is the one round trip for facts.
 *
 * Throws `cloud-init-failed`, or `cloud-init-unfinished` after the limit. What cloud-init complained of is a warning.
 */
export async function factsAfterFirstBoot(
  connection: Connection,
  { options, emit, signal }: Pick<RunParts, 'options' | 'emit' | 'signal'>,
  { limitSeconds, everySeconds }: Patience = { limitSeconds: 900, everySeconds: 3 },
): Promise<FirstBoot> {
  const { host } = connection
  const began = performance.now()
  for (;;) {
    const since = performance.now()
    const facts = await gatherFacts(connection)
    const { cloudInit } = facts
    if (cloudInit.is === 'failed') throw failed(host, cloudInit.errors)
    if (cloudInit.is === 'done')
      for (const warning of cloudInit.warnings)
        emit({ type: 'notice', level: 'warning', text: `cloud-init on ${host}: ${warning}` })
    if (cloudInit.is !== 'running' || options.check) return { facts, since }
    const seconds = (performance.now() - began) / 1000
    if (seconds > limitSeconds) throw unfinished(host, limitSeconds, cloudInit.stage)
    emit({ type: 'wait', host, what: 'cloud-init to end', detail: `it is ${cloudInit.stage}`, limitSeconds, seconds })
    await sleep(everySeconds * 1000, undefined, { signal })
  }
}

const failed = (host: string, errors: readonly string[]): AndamioError =>
  new AndamioError({
    code: 'cloud-init-failed',
    message: `The first boot of ${host}, by cloud-init, ended with errors`,
    place: host,
    cause: errors[0] ?? 'it does not say which',
    ...(errors.length > 1 ? { stderr: errors.slice(0, 15) } : {}),
    next: `Mend the user data and make the host anew; or mend the host (its log is /var/log/cloud-init-output.log), create /etc/cloud/cloud-init.disabled there, and run again.`,
  })

const unfinished = (host: string, limitSeconds: number, stage: string): AndamioError =>
  new AndamioError({
    code: 'cloud-init-unfinished',
    message: `cloud-init on ${host} has not ended within ${limitSeconds / 60} minutes`,
    place: host,
    cause: `it is ${stage}`,
    next: 'Look at /var/log/cloud-init-output.log on the host; when it has ended, run again.',
  })
