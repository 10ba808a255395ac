/** Seconds that a machine of a tool may take until it runs and can be reached, and between two looks. */
export interface Patience {
  readonly limit: number
  readonly every: number
}
