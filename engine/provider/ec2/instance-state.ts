/** What a probe finds of an instance. A type, not an interface: it is JSON. */
export type InstanceState = {
  readonly id: string
  readonly state: string
  /** Security groups: by their names in the lab, others by their ids. */
  readonly groups: readonly string[]
  /** `tokens required, hops 1`. */
  readonly metadata: string
}
