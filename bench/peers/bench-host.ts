/** A host that contenders work on, and how to log in there; each has the same key, and becomes root by sudo. */
export interface BenchHost {
  readonly name: string
  readonly address: string
  readonly user: string
}
