import { AndamioError } from '../../errors.ts'
import type { Failure } from '../../report/events.ts'
import { isOlder, toolTooOld } from '../tool/tool.ts'
import type { VagrantClient } from './client.ts'
import { hypervisorTrouble, missingIn } from './hypervisor.ts'
import { noSuchMachine } from './machine.ts'
import { vagrant } from './tool.ts'

/**
 * What stands against making machines here, the first that would be met first. `machines` are those of a Vagrantfile of the
 * operator's own; without them Vagrant is asked whether it could make any. Changes nothing.
 */
export async function troubles(
  client: VagrantClient,
  machines: readonly { readonly host: string; readonly machine: string }[],
): Promise<readonly Failure[]> {
  try {
    const [version, trouble] = await Promise.all([
      client.version(),
      machines.length === 0 ? hypervisorTrouble(folder => client.in(folder)) : undefined,
    ])
    if (isOlder(version, vagrant.oldest.version)) return [toolTooOld(vagrant, version)]
    if (machines.length === 0) return trouble ? [trouble] : []
    const there = await client.machines()
    const lost = machines.find(({ machine }) => !there.has(machine))
    return lost ? [noSuchMachine(lost.host, lost.machine, [...there.keys()]).failure] : []
  } catch (error) {
    if (error instanceof AndamioError) return [missingIn(error.failure)]
    throw error
  }
}
