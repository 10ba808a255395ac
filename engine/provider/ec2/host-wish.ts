import type { ExpiryWish } from './expiry.ts'

/** A host as the inventory wishes it. */
export interface HostWish {
  readonly name: string
  readonly type: string
  /** Types to take, in this order, where AWS has no room for the first. */
  readonly otherTypes: readonly string[]
  /** Zones to try, in this order; none: AWS chooses. */
  readonly zones: readonly string[]
  /** GiB. */
  readonly disk: number
  /** Its security groups, by their names in the lab. */
  readonly groups: readonly string[]
  /** It has an address of its own in the internet; else it is reached through the inventory's jump hosts. */
  readonly publicAddress: boolean
  /** Undefined: it stays until it is removed. */
  readonly expiry?: ExpiryWish | undefined
}

/** One place and type that a host may come to. */
export interface Placement {
  readonly type: string
  readonly zone: string | undefined
}

/** In the order in which they are tried: the wished type in every zone before any other. */
export const placements = ({ type, otherTypes, zones }: HostWish): readonly Placement[] =>
  [type, ...otherTypes].flatMap((type): readonly Placement[] =>
    zones.length === 0 ? [{ type, zone: undefined }] : zones.map(zone => ({ type, zone })),
  )
