import { homedir } from 'node:os'
import { join } from 'node:path'
import type { SshEndpoint } from '../../connection/connection.ts'
import type { InventoryHost } from '../../inventory/lab.ts'
import type { SettingsOf, SizeOf } from '../../inventory/provider-fields.ts'
import type { Found, Provider, ProviderContext, ProviderPlan } from '../provider.ts'
import { besideInventory } from './key-files.ts'

/** Hosts that somebody else made: they are there, at the addresses that the inventory gives. */
export function staticProvider({ lab }: ProviderContext): Provider {
  const nothing: ProviderPlan = { shared: [], hosts: new Map() }
  const settings = lab.settings as SettingsOf<'static'>
  return {
    name: 'static',
    hostsStay: true,
    preflight: async () => undefined,
    find: async () => new Map(lab.hosts.map(host => [host.name, found(host, settings, lab.file)])),
    operatorAddress: () => undefined,
    create: () => nothing,
    destroy: () => nothing,
    pristine: () => undefined,
  }
}

function found({ name, size }: InventoryHost, settings: SettingsOf<'static'>, file: string): Found {
  const host = { ...settings, ...(size as SizeOf<'static'>) }
  const login = {
    user: host.user ?? 'root',
    identityFiles: host.key === undefined ? [] : [besideInventory(host.key, file)],
    agent: host.agent ?? true,
    knownHostsFile: join(homedir(), '.ssh', 'known_hosts'),
  }
  const jump = (host.jump ?? []).map(text => ({ ...login, ...readJump(text, login.user), jump: [] }))
  const endpoint: SshEndpoint = { ...login, address: host.address ?? name, port: host.port ?? 22, jump }
  return { is: 'running', endpoint, address: host.internal ?? endpoint.address }
}

/** `user@bastion:22`; the inventory has checked its form. */
function readJump(text: string, fallback: string): { user: string; address: string; port: number } {
  const [, user = fallback, address = '', port = '22'] = text.match(/^(?:([^@]+)@)?([^:]+)(?::(\d+))?$/) ?? []
  return { user, address, port: Number(port) }
}
