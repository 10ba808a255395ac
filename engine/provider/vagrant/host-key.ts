import { existsSync } from 'node:fs'
import { onOperator } from '../../resource/operator.ts'
import { absent, present, type Resource } from '../../resource/resource.ts'
import { writeFileAtomically } from '../lab/atomic.ts'
import type { HostLayout } from '../lab/layout.ts'
import { chooseAddress } from './choose-address.ts'
import type { VagrantClient } from './client.ts'
import { machineId, readRecord, writeRecord } from './record.ts'

export type KnownState = { readonly address: string }

export interface HostKeyWish {
  readonly host: string
  readonly machine: string
  readonly layout: HostLayout
  readonly client: VagrantClient
  readonly begun: () => boolean
  /** That its address is to be in, where that is known. */
  readonly network: () => string | undefined
}

/**
 * The keys that a machine's sshd shows, and the address that other hosts reach it at, read once on Vagrant's own way into
 * it. Kept for as long as Vagrant knows the machine by the same id: from then on whoever shows another key is refused.
 */
export function knownMachine(wish: HostKeyWish): Resource<KnownState, undefined> {
  const { host, machine, layout, client, begun, network } = wish
  return {
    kind: 'host-key',
    id: host,
    probe: onOperator(async () => {
      const record = readRecord(layout)
      if (record === undefined || !existsSync(layout.knownHosts) || !begun()) return absent
      const found = (await client.machines()).get(machine)
      if (found === undefined) return absent
      return (await machineId(client.folder, found)) === record.id ? present({ address: record.address }) : absent
    }),
    diff: is =>
      is.is === 'present'
        ? []
        : [{ attribute: 'known', before: null, after: { late: 'as the machine tells over vagrant ssh' } }],
    async apply() {
      const found = (await client.machines()).get(machine)
      const login = (await client.logins([machine])).get(machine)
      if (login instanceof Error) throw login
      if (!found || !login) throw new Error(`${machine} was to run before it is looked into`)
      const id = await machineId(client.folder, found)
      const guest = await client.guest(machine)
      const address = chooseAddress({ host, hostName: login.hostName, network: network() }, guest)
      // First what makes it known, last what counts as its being there.
      writeFileAtomically(layout.knownHosts, guest.hostKeys.map(key => `${host} ${key}\n`).join(''))
      writeRecord(layout, { id, address })
    },
  }
}
