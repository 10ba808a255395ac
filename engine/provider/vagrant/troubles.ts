import { AndamioError } from '../../errors.ts'
import type { Failure } from '../../report/events.ts'
import { isOlder, toolTooOld } from '../tool/tool.ts'
import type { VagrantClient } from './client.ts'
import { noSuchMachine } from './machine.ts'
import { vagrant } from './tool.ts'

/** What stands against making machines here, the first that would be met first. Asks, and changes nothing. */
export async function troubles(
  client: VagrantClient,
  machines: readonly { readonly host: string; readonly machine: string }[],
): Promise<readonly Failure[]> {
  try {
    const version = await client.version()
    if (isOlder(version, vagrant.oldest.version)) return [toolTooOld(vagrant, version)]
    if (machines.length === 0) return []
    const there = await client.machines()
    const lost = machines.find(({ machine }) => !there.has(machine))
    return lost ? [noSuchMachine(lost.host, lost.machine, [...there.keys()]).failure] : []
  } catch (error) {
    if (error instanceof AndamioError) return [error.failure]
    throw error
  }
}
