/** The network that a lab is to have. */
export interface NetworkWish {
  readonly lab: string
  /** Where subnet and addresses are remembered. */
  readonly record: string
  readonly hosts: readonly { readonly name: string; readonly address?: string }[]
  /** Asked for by the inventory; else a free one is chosen. */
  readonly subnet?: string
  /** Aborted when the run is interrupted: nothing is waited for any longer. */
  readonly signal?: AbortSignal | undefined
  /** Says what is waited for, at most so many seconds. */
  readonly waiting?: (what: string, limitSeconds: number) => void
}
