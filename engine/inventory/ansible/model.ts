import type { Json } from '../../report/events.ts'
import { ansibleError } from './failure.ts'

/** A value as it is, or why it cannot be told here: it is encrypted. */
export interface AnsibleVar {
  readonly value: Json
  readonly place: string
  readonly vaulted?: true
}
export type AnsibleVars = Map<string, AnsibleVar>

export interface AnsibleGroup {
  readonly name: string
  readonly place: string
  readonly hosts: Set<string>
  readonly children: Set<string>
  readonly vars: AnsibleVars
  /** Of files in `group_vars`, which win over those of the inventory itself. */
  readonly folderVars: AnsibleVars
}

export interface AnsibleHost {
  readonly name: string
  readonly place: string
  /** `www[01:50].example.com`, where a range has made it. */
  readonly writtenAs: string
  readonly vars: AnsibleVars
  readonly folderVars: AnsibleVars
}

/** Hosts and groups as Ansible has them, in the order in which they are first named. */
export class AnsibleInventory {
  readonly groups = new Map<string, AnsibleGroup>()
  readonly hosts = new Map<string, AnsibleHost>()
  /** What was passed over, and where it stands. */
  readonly notes: { readonly place: string; readonly text: string }[] = []

  note(place: string, text: string): void {
    this.notes.push({ place, text })
  }

  group(name: string, place: string): AnsibleGroup {
    const group = this.groups.get(name) ?? {
      ...{ name, place, hosts: new Set<string>(), children: new Set<string>() },
      ...{ vars: new Map(), folderVars: new Map() },
    }
    this.groups.set(name, group)
    return group
  }

  /** A port behind a name counts only where the host is named first, as for Ansible. */
  host(name: string, place: string, writtenAs = name, port?: number): AnsibleHost {
    const known = this.hosts.get(name)
    if (known) return known
    const vars: AnsibleVars = new Map(port === undefined ? [] : [['ansible_port', { value: port, place }]])
    const host = { name, place, writtenAs, vars, folderVars: new Map() }
    this.hosts.set(name, host)
    return host
  }

  /** Throws where the child holds the parent already. */
  addChild(parent: string, child: string, place: string): void {
    const way = child === parent ? [parent] : this.#wayDown(child, parent)
    if (way !== undefined) {
      const circle = [parent, ...(child === parent ? [] : way)]
      throw ansibleError(
        place,
        `the group ${parent} holds itself: ${[...circle, ...(child === parent ? [parent] : [])].join(' > ')}`,
      )
    }
    this.groups.get(parent)?.children.add(child)
  }

  /** `[from, ..., to]` by children; undefined where there is none. */
  #wayDown(from: string, to: string, seen = new Set<string>()): readonly string[] | undefined {
    if (from === to) return [from]
    if (seen.has(from)) return undefined
    seen.add(from)
    for (const child of this.groups.get(from)?.children ?? []) {
      const rest = this.#wayDown(child, to, seen)
      if (rest) return [from, ...rest]
    }
    return undefined
  }
}
