/** What a probe finds of an instance that is to run. A type, not an interface: it is JSON. */
export type RunningState = {
  readonly id: string
  readonly state: string
  /** Security groups: by their names in the lab, others by their ids. */
  readonly groups: readonly string[]
  /** `tokens required, hops 1`. */
  readonly metadata: string
  /** When it ends itself: ISO 8601; null: never. */
  readonly expires: string | null
  /** That is not as the inventory has it, or soon. */
  readonly expiryDue: boolean
  /** This machine knows by which key it is to be told from others. */
  readonly known: boolean
}
