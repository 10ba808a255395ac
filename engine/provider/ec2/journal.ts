import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { writeFileAtomically } from '../lab/atomic.ts'
import { readJson } from '../lab/read-json.ts'
import type { Clock } from './clock.ts'

/** Something that was asked of AWS and has not been seen there yet. */
export interface Pending {
  /** Milliseconds since 1970. */
  readonly at: number
  /** When it was asked for first. */
  readonly since: number
  /** By which AWS knows the same wish again. */
  readonly nonce: string
  /** Which of the places and types that the inventory allows. */
  readonly attempt: number
}

interface Written {
  readonly id: string
  readonly pending: Readonly<Record<string, Pending>>
}

/** What is asked for shows up within five minutes, or was not made. */
export const visibilitySeconds = 330

/**
 * What this machine knows of a lab at AWS and cannot ask there: which lab of its name is ours, and what was asked for and
 * has not shown up yet. Written before the call: a run that is killed in between leaves a trace of what may come.
 */
export class Journal {
  readonly file: string
  readonly #clock: Clock

  constructor(stateFolder: string, clock: Clock) {
    this.file = join(stateFolder, 'ec2.json')
    this.#clock = clock
  }

  /** Undefined before the lab has one. */
  get id(): string | undefined {
    return this.#read()?.id
  }

  /** Makes the lab one of its own. */
  begin(): void {
    this.#write({ id: randomBytes(6).toString('hex'), pending: {} })
  }

  pending(what: string): Pending | undefined {
    return this.#read()?.pending[what]
  }

  /** All that may still come. */
  get awaited(): readonly string[] {
    const { pending } = this.#read() ?? { pending: {} }
    return Object.keys(pending).filter(what => this.mayCome(what))
  }

  /** Whether what was asked for may still show up. */
  mayCome(what: string): boolean {
    return this.secondsLeft(what) > 0
  }

  secondsLeft(what: string): number {
    const pending = this.pending(what)
    return pending ? Math.max(0, visibilitySeconds - (this.#clock.now() - pending.at) / 1000) : 0
  }

  /** The same wish as an earlier one that was not seen, or a new one. */
  ask(what: string): Pending {
    return this.#keep(what, { ...(this.pending(what) ?? this.#fresh()), at: this.#clock.now() })
  }

  /** For what has come to nothing for sure: the next wish is another one. */
  askAnew(what: string): Pending {
    return this.#keep(what, this.#fresh())
  }

  next(what: string, attempt: number): Pending {
    return this.#keep(what, { ...(this.pending(what) ?? this.#fresh()), attempt, at: this.#clock.now() })
  }

  /** It was seen, or refused. */
  settled(what: string): void {
    const written = this.#read()
    if (!written?.pending[what]) return
    const { [what]: _, ...pending } = written.pending
    this.#write({ ...written, pending })
  }

  #fresh(): Pending {
    const now = this.#clock.now()
    return { at: now, since: now, nonce: randomBytes(8).toString('hex'), attempt: 0 }
  }

  #keep(what: string, pending: Pending): Pending {
    const written = this.#read()
    if (!written) throw new Error(`${what} is asked for before the lab has an id`)
    this.#write({ ...written, pending: { ...written.pending, [what]: pending } })
    return pending
  }

  #read(): Written | undefined {
    return readJson<Written>(this.file)
  }

  #write(written: Written): void {
    writeFileAtomically(this.file, `${JSON.stringify(written, undefined, 2)}\n`)
  }
}
