import { isOfConnection, type Login, loginFrom } from './login.ts'
import { varsOf } from './merge.ts'
import type { AnsibleInventory, AnsibleVars } from './model.ts'
import { groupNames, hostNames } from './names.ts'

export interface ConvertedHost {
  readonly name: string
  /** As Ansible has it, and as it stands in its inventory: a range, maybe. */
  readonly original: string
  readonly writtenAs: string
  readonly groups: readonly string[]
  readonly login: Login
  readonly notes: readonly string[]
}

/** An Ansible inventory in the words of ours, and what of it has no word there. */
export interface Converted {
  /** Of all hosts alike. */
  readonly login: Login
  readonly hosts: readonly ConvertedHost[]
  readonly groups: readonly {
    readonly name: string
    readonly original: string
    readonly children: readonly string[]
    readonly notes: readonly string[]
  }[]
  /** Of the inventory as a whole. */
  readonly notes: readonly string[]
}

export function convert(inventory: AnsibleInventory, renamed: ReadonlyMap<string, string>): Converted {
  const own = [...inventory.groups.values()].filter(({ name }) => name !== 'all' && name !== 'ungrouped')
  const groupOf = groupNames(own, renamed)
  const nameOf = hostNames([...inventory.hosts.values()], new Set(groupOf.values()))
  const left: string[] = []
  const hosts = [...inventory.hosts.values()].flatMap((host): ConvertedHost[] => {
    const { login, notes, unfit } = loginFrom(varsOf(inventory, host.name))
    if (unfit !== undefined) {
      left.push(`the host ${host.name} is left out. ${unfit}`)
      return []
    }
    const groups = own.filter(group => group.hosts.has(host.name)).map(({ name }) => groupOf.get(name) ?? name)
    return [
      {
        ...{ name: nameOf.get(host.name) ?? host.name, original: host.name, writtenAs: host.writtenAs },
        groups: [...new Set(groups)],
        login: { address: host.name, ...login },
        notes: [...notes, ...forPlaybooks(host.vars, host.folderVars)],
      },
    ]
  })
  const common = commonNotes(hosts)
  const all = inventory.groups.get('all')
  return {
    login: commonLogin(hosts),
    hosts: hosts.map(host => ({ ...host, notes: host.notes.filter(note => !common.includes(note)) })),
    groups: own.map(({ name, children, vars, folderVars }) => ({
      ...{ name: groupOf.get(name) ?? name, original: name },
      children: [...children].map(child => groupOf.get(child) ?? child),
      notes: forPlaybooks(vars, folderVars),
    })),
    notes: [
      ...inventory.notes.map(({ place, text }) => `${place}: ${text}`),
      ...left,
      ...common,
      ...(all ? forPlaybooks(all.vars, all.folderVars) : []),
    ],
  }
}

/** Names only: a value may be a secret. */
function forPlaybooks(...layers: readonly AnsibleVars[]): readonly string[] {
  const names = [...new Set(layers.flatMap(layer => [...layer.keys()]))].filter(name => !isOfConnection(name))
  return names.length === 0 ? [] : [`variables of Ansible's playbooks: ${names.join(', ')}`]
}

/** Said of every host, and so said once. */
function commonNotes(hosts: readonly ConvertedHost[]): readonly string[] {
  const [first, ...others] = hosts
  return others.length === 0
    ? []
    : (first?.notes ?? []).filter(note => others.every(({ notes }) => notes.includes(note)))
}

function commonLogin(hosts: readonly ConvertedHost[]): Login {
  const [first] = hosts
  const common: Login = {}
  if (first === undefined || hosts.length < 2) return common
  const alike = (field: keyof Login): boolean =>
    hosts.every(({ login }) => JSON.stringify(login[field]) === JSON.stringify(first.login[field]))
  const { user, port, key, jump } = first.login
  if (user !== undefined && alike('user')) common.user = user
  if (port !== undefined && alike('port')) common.port = port
  if (key !== undefined && alike('key')) common.key = key
  if (jump !== undefined && alike('jump')) common.jump = jump
  return common
}
