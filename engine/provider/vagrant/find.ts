import { AndamioError } from '../../errors.ts'
import { labEndpoint } from '../lab/endpoint.ts'
import type { HostLayout } from '../lab/layout.ts'
import type { Found } from '../provider.ts'
import { machineBegun } from './begun.ts'
import type { VagrantClient } from './client.ts'
import { machineId, readRecord } from './record.ts'
import { standingOf } from './status.ts'

export interface FindWish {
  readonly host: string
  readonly machine: string
  readonly layout: HostLayout
  /** That it will have, where that is known beforehand. */
  readonly address: string | undefined
}

/** How hosts stand: by one question for all, and one more for how to log in to those that run. */
export async function findMachines(
  client: VagrantClient,
  wishes: readonly FindWish[],
): Promise<ReadonlyMap<string, Found>> {
  const begun = new Set(wishes.filter(({ machine }) => machineBegun(client.folder, machine)))
  try {
    const machines = begun.size === 0 ? new Map() : await client.machines()
    const running = [...begun].map(({ machine }) => machine).filter(name => machines.get(name)?.state === 'running')
    await client.logins(running)
    const found = wishes.map(
      async (wish): Promise<[string, Found]> => [
        wish.host,
        begun.has(wish) ? await findMachine(client, wish) : absent(wish),
      ],
    )
    return new Map(await Promise.all(found))
  } catch (error) {
    const why = failureWords(error)
    return new Map(wishes.map(wish => [wish.host, begun.has(wish) ? { is: 'unknown', why } : absent(wish)]))
  }
}

/** The cause tells more than that a program has failed. */
function failureWords(error: unknown): string {
  if (error instanceof AndamioError) return [error.failure.message, error.failure.cause].filter(Boolean).join(': ')
  return error instanceof Error ? error.message : 'nobody was asked'
}

const absent = ({ address }: FindWish): Found => ({ is: 'absent', ...(address ? { address } : {}) })

async function findMachine(client: VagrantClient, wish: FindWish): Promise<Found> {
  const { host, machine, layout, address } = wish
  const found = (await client.machines()).get(machine)
  const stopped = (why: string): Found => ({ is: 'stopped', why, ...(address ? { address } : {}) })
  if (found === undefined) return absent(wish)
  const stands = standingOf(found)
  if (stands === 'absent') return absent(wish)
  if (stands === 'unclear') return { is: 'unknown', why: `Vagrant says of its state: ${found.state || 'nothing'}` }
  if (stands !== 'running') return stopped(`it is ${found.state}`)
  const record = readRecord(layout)
  if (record === undefined || record.id !== (await machineId(client.folder, found)))
    return stopped('it runs, and its host key is yet to be read')
  const login = (await client.logins([machine])).get(machine)
  if (login === undefined || login instanceof Error) return { is: 'unknown', why: failureWords(login) }
  if (login.proxyCommand !== undefined)
    return {
      is: 'unknown',
      why: 'Vagrant reaches it by a ProxyCommand, which only the provider static can (its hosts have `jump`)',
    }
  return {
    is: 'running',
    address: record.address,
    // Not by the port that a hypervisor forwards: behind that there is sshd alone, and not the cluster's API.
    endpoint: labEndpoint(host, layout, record.address, { user: login.user, identityFiles: login.identityFiles }),
  }
}
