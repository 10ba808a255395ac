import type { Json } from '../report/events.ts'
import { type Eventual, Late } from '../resource/late.ts'
import type { Resource } from '../resource/resource.ts'
import { file } from './file.ts'
import { checkName } from './names.ts'
import type { PathState } from './path-state.ts'

export type HostsEntry = { readonly address: string; readonly names: readonly string[] } & Json

/** The whole of /etc/hosts: this host itself, then the entries in their order. */
export function hostsEntries(entries: Eventual<readonly HostsEntry[]>): Resource<PathState> {
  const content = entries instanceof Late ? entries.map(render) : render(entries)
  return file({ path: '/etc/hosts', content })
}

const head = `127.0.0.1 localhost
::1 localhost ip6-localhost ip6-loopback
ff02::1 ip6-allnodes
ff02::2 ip6-allrouters
`

function render(entries: readonly HostsEntry[]): string {
  const lines = entries.map(({ address, names }) => {
    checkName('address', address, /^[0-9a-fA-F.:]+$/)
    for (const name of names) checkName('host name', name, /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/)
    return `${address} ${names.join(' ')}\n`
  })
  return head + lines.join('')
}
