import { writeAll } from './disk.ts'

/**
 * Writes what arrives while more arrives: the next pieces are hashed while the last ones go to disk. One write is under
 * way at a time, and what waits behind it is written as one.
 */
export class WriteBehind {
  readonly #fd: number
  readonly #written: (bytes: number) => void
  #at: number
  #pieces: Buffer[] = []
  #writing: Promise<void> | undefined
  #failure: unknown

  /** `written` is told of bytes as they reach the system. */
  constructor(fd: number, at: number, written: (bytes: number) => void) {
    this.#fd = fd
    this.#at = at
    this.#written = written
  }

  /** Throws what an earlier write threw. */
  add(pieces: readonly Buffer[]): void {
    if (this.#failure !== undefined) throw this.#failure
    this.#pieces.push(...pieces)
    this.#writing ??= this.#write()
  }

  /** Settles when all is written, or rejects with why it is not; then nothing is under way any more. */
  async flush(): Promise<void> {
    await this.#writing
    if (this.#failure !== undefined) throw this.#failure
  }

  async #write(): Promise<void> {
    try {
      while (this.#pieces.length > 0) {
        const pieces = this.#pieces
        this.#pieces = []
        const size = pieces.reduce((sum, { length }) => sum + length, 0)
        await writeAll(this.#fd, pieces, this.#at)
        this.#at += size
        this.#written(size)
      }
    } catch (error) {
      this.#failure = error
      this.#pieces = []
    }
    this.#writing = undefined
  }
}
