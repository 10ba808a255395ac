import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import type { SshEndpoint } from '../../connection/connection.ts'
import { SshConfig } from '../../connection/ssh-config.ts'
import { endpointOf } from '../../connection/ssh-config-endpoint.ts'
import { readJump } from '../../connection/ssh-jump.ts'
import type { InventoryHost, LabHosts } from '../../inventory/lab.ts'
import type { SettingsOf, SizeOf } from '../../inventory/provider-fields.ts'
import type { Found, Provider, ProviderContext, ProviderPlan } from '../provider.ts'
import { besideInventory } from './key-files.ts'

const lookupSeconds = 5

/** Hosts that somebody else made: they are there, at the addresses that the inventory gives. */
export function staticProvider({ lab }: ProviderContext): Provider {
  const nothing: ProviderPlan = { shared: [], hosts: new Map() }
  return {
    name: 'static',
    hostsStay: true,
    preflight: async () => undefined,
    find: async () => {
      const config = configOf(lab)
      const all = lab.hosts.map(async host => [host.name, await found(host, lab, config)] as const)
      return new Map(await Promise.all(all))
    },
    operatorAddress: () => undefined,
    create: () => nothing,
    destroy: () => nothing,
    pristine: () => undefined,
  }
}

/** What ssh would read, unless the inventory names another file, or none. Throws `ssh-config-invalid` (exit 64). */
export function configOf({ settings, file }: LabHosts): SshConfig | undefined {
  const { sshConfig } = settings as SettingsOf<'static'>
  return sshConfig === 'none' ? undefined : new SshConfig(sshConfig && besideInventory(sshConfig, file))
}

/** How to log in to a host: what the inventory says, then what ssh's files say of its address, or of its name. */
export function loginOf({ name, size }: InventoryHost, lab: LabHosts, config: SshConfig | undefined): SshEndpoint {
  const host = { ...(lab.settings as SettingsOf<'static'>), ...(size as SizeOf<'static'>) }
  const { port, user, agent } = host
  const asked = {
    ...{ host: host.address ?? name, port, user, agent },
    identityFiles: host.key === undefined ? undefined : [besideInventory(host.key, lab.file)],
    // The inventory has checked their form.
    jump: host.jump?.map(text => readJump(text) ?? { address: text }),
  }
  return endpointOf(asked, config, 'root')
}

async function found(host: InventoryHost, lab: LabHosts, config: SshConfig | undefined): Promise<Found> {
  const endpoint = loginOf(host, lab, config)
  const { internal } = host.size as SizeOf<'static'>
  return { is: 'running', endpoint, address: internal ?? (await numeric(endpoint.address)) }
}

/** Hosts tell each other apart by addresses. A name that cannot be looked up here, as behind a jump host, stays one. */
async function numeric(address: string): Promise<string> {
  if (isIP(address) !== 0) return address
  const asked = lookup(address, { family: 4 }).then(
    ({ address }) => address,
    () => address,
  )
  return Promise.race([asked, setTimeout(lookupSeconds * 1000, address, { ref: false })])
}
