import type { Json } from '../report/events.ts'

export interface InventoryHost {
  readonly name: string
  /** Every group the host is in, `all` first. */
  readonly groups: readonly string[]
  /** What its provider needs: `memory`, `cpus`, `address`, `user`, `type` ...; checked by the provider's own schema. */
  readonly size: Readonly<Record<string, Json>>
  /** By role: `{ 'nfs-server': { path: '/srv' } }`; the inventory's, its groups' and its own, merged in this order. */
  readonly vars: Readonly<Record<string, Readonly<Record<string, Json>>>>
}

/** An inventory after parsing, validation and selection: everything in it has been checked. */
export interface LabHosts {
  /** The lab's name: `[a-z][a-z0-9-]{0,19}`. */
  readonly name: string
  /** Path of the inventory, relative to the working folder, for messages. */
  readonly file: string
  /** How the command line named it; left out where nothing did. */
  readonly asked?: { readonly inventory: string; readonly source?: 'mirror' | 'upstream' | undefined }
  readonly provider: 'local' | 'static' | 'ec2' | 'vagrant' | 'multipass'
  /** The provider's own settings, checked by its schema. */
  readonly settings: Readonly<Record<string, Json>>
  /** Where packages and images come from. */
  readonly source: 'mirror' | 'upstream'
  /** Every host of the lab, also under `--limit`: roles see the whole lab, or an export list would shrink. */
  readonly hosts: readonly InventoryHost[]
  /** Names of the hosts that `--limit` leaves, all without it: plays run on these only. */
  readonly selected: readonly string[]
  /** Hosts by group, `all` among them, in the inventory's order. */
  readonly groups: ReadonlyMap<string, readonly string[]>
  /** Variables of roles that run on no host, such as `manifests`. */
  readonly vars: Readonly<Record<string, Readonly<Record<string, Json>>>>
}
