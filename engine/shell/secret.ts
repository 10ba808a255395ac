import { inspect } from 'node:util'

const mask = '***'
const revealed = new Set<string>()

/**
 * A value that every rendering shows as `***`: String, template, JSON, `util.inspect`, console. Only `reveal` gives it,
 * and from then on `redact` knows it, for from then on it can slip into some tool's output.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  reveal(): string {
    revealed.add(this.#value)
    return this.#value
  }

  toString(): string {
    return mask
  }

  toJSON(): string {
    return mask
  }

  [Symbol.toPrimitive](): string {
    return mask
  }

  [inspect.custom](): string {
    return mask
  }
}

/** Values given out so far in this process. For `redact` only. */
export function revealedSecrets(): ReadonlySet<string> {
  return revealed
}
