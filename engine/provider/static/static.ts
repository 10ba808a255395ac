import type { SshEndpoint } from '../../connection/connection.ts'
import { SshConfig } from '../../connection/ssh-config.ts'
import { endpointOf } from '../../connection/ssh-config-endpoint.ts'
import { readJump } from '../../connection/ssh-jump.ts'
import type { InventoryHost, LabHosts } from '../../inventory/lab.ts'
import type { SettingsOf, SizeOf } from '../../inventory/provider-fields.ts'
import type { Found, Provider, ProviderContext, ProviderPlan } from '../provider.ts'
import { besideInventory } from './key-files.ts'

/** Hosts that somebody else made: they are there, at the addresses that the inventory gives. */
export function staticProvider({ lab }: ProviderContext): Provider {
  const nothing: ProviderPlan = { shared: [], hosts: new Map() }
  return {
    name: 'static',
    hostsStay: true,
    preflight: async () => undefined,
    find: async () => {
      const config = configOf(lab)
      return new Map(lab.hosts.map(host => [host.name, found(host, lab, config)]))
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

function found(host: InventoryHost, lab: LabHosts, config: SshConfig | undefined): Found {
  const endpoint = loginOf(host, lab, config)
  return { is: 'running', endpoint, address: (host.size as SizeOf<'static'>).internal ?? endpoint.address }
}
