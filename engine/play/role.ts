import { AddressesOf, addressesOf } from '../inventory/addresses-of.ts'
import type { Json } from '../report/events.ts'
import { Late } from '../resource/late.ts'
import type { AnyResource } from '../resource/resource.ts'

/** The host a role is being asked about, and the lab around it. Pure data: a role cannot act. */
export interface RoleView {
  /** Name of the host; the target's own name where a role is played on an API. */
  readonly host: string
  readonly groups: readonly string[]
  /** What the operator asked for beyond the inventory. */
  readonly asked: {
    /** Some hosts take no part in this run. */
    readonly limited: boolean
    /** This host may be taken out of the cluster it is in. */
    readonly takeOver: boolean
    /** Pruning may remove what holds data. */
    readonly pruneData: boolean
  }
  readonly lab: {
    readonly name: string
    readonly source: 'mirror' | 'upstream'
    hostsOf(group: string): readonly string[]
    /** Address that the lab's hosts use among themselves. */
    addressOf(host: string): Late<string>
    /** Something that an earlier play makes known, by name: `mirror`'s CA, the registry's address. */
    fact<T>(name: string): Late<T>
  }
  /** Variables of another role, as the inventory sets them for this host: what two roles must agree on is set once. */
  varsOf<V extends Readonly<Record<string, Var>>>(role: Role<V>): Resolved<V>
}

export { AddressesOf, addressesOf }

export type Var = Json | AddressesOf
type Widened<V> = V extends string ? string : V extends number ? number : V extends boolean ? boolean : V
/** What a role receives for its declared defaults: the same shape, with lab-made values resolved as late ones. */
export type Resolved<V> = {
  readonly [K in keyof V]: V[K] extends AddressesOf ? Late<readonly string[]> : Widened<V[K]>
}

export interface Role<V extends Readonly<Record<string, Var>> = Readonly<Record<string, Var>>> {
  readonly name: string
  /** One sentence for `--help` and the docs. */
  readonly summary: string
  /** Defaults and types at once; an inventory may set these and no others. */
  readonly vars: V
  /** Groups whose first host must be there for it: under `--limit` that may not be so. */
  readonly needs?: readonly string[]
  /** In order. Called once a host and play, with everything known that can be. */
  resources(vars: Resolved<V>, view: RoleView): readonly AnyResource[]
}

// biome-ignore lint/suspicious/noExplicitAny: roles of all shapes of variables stand in one list.
export type AnyRole = Role<any>

export function defineRole<const V extends Readonly<Record<string, Var>>>(role: Role<V>): Role<V> {
  return role
}

/** Lab-made defaults resolved, the inventory's values laid over them. */
export function resolveVars<V extends Readonly<Record<string, Var>>>(
  role: Role<V>,
  given: Readonly<Record<string, Json>>,
  view: RoleView,
): Resolved<V> {
  const resolved = Object.entries(role.vars).map(([name, fallback]) => {
    if (name in given) return [name, fallback instanceof AddressesOf ? new Late(name, () => given[name]) : given[name]]
    if (!(fallback instanceof AddressesOf)) return [name, fallback]
    const hosts = view.lab.hostsOf(fallback.group)
    return [name, Late.all(`addresses of ${fallback.group}`, hosts.map(view.lab.addressOf))]
  })
  return Object.fromEntries(resolved) as Resolved<V>
}
