/**
 * A value that is not known before something is created: an address, a key. `--check` shows it as "known after create";
 * by the time anything is applied it must be there.
 */
export class Late<T> {
  /** What it is, for people: `address of nfs`. */
  readonly what: string
  readonly #read: () => T | undefined

  constructor(what: string, read: () => T | undefined) {
    this.what = what
    this.#read = read
  }

  get value(): T | undefined {
    return this.#read()
  }

  /** The value, once it must be known. A bug of ours if it is not. */
  now(): T {
    const value = this.#read()
    if (value === undefined) throw new Error(`${this.what} was asked for before it is known`)
    return value
  }

  map<U>(make: (value: T) => U): Late<U> {
    return new Late(this.what, () => {
      const value = this.#read()
      return value === undefined ? undefined : make(value)
    })
  }

  static all<T>(what: string, parts: readonly Late<T>[]): Late<readonly T[]> {
    return new Late(what, () => {
      const values = parts.map(part => part.value)
      return values.every(value => value !== undefined) ? (values as T[]) : undefined
    })
  }
}

/** Known now, or late. */
export type Eventual<T> = T | Late<T>

export function known<T>(eventual: Eventual<T>): T | undefined {
  return eventual instanceof Late ? eventual.value : eventual
}
