import { StringDecoder } from 'node:string_decoder'

const defaultLimit = 16 * 1024 * 1024

/** What a command prints, of which only the last `limit` bytes are kept: a runaway command must not take our memory. */
export class OutputTail {
  readonly #limit: number
  #chunks: Buffer[] = []
  #bytes = 0

  constructor(limit = defaultLimit) {
    this.#limit = limit
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    for (let first = this.#chunks[0]; first && this.#bytes - first.length >= this.#limit; first = this.#chunks[0]) {
      this.#chunks.shift()
      this.#bytes -= first.length
    }
  }

  read(): Buffer {
    const all = Buffer.concat(this.#chunks)
    return all.length > this.#limit ? all.subarray(all.length - this.#limit) : all
  }
}

/** Hands out whole lines as they arrive; `end` gives what is left without a newline. Overlong lines are cut in pieces. */
export class LineReader {
  readonly #onLine: (line: string) => void
  readonly #decoder = new StringDecoder('utf8')
  #rest = ''

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine
  }

  push(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#onLine(line)
    if (this.#rest.length > 64 * 1024) this.end()
  }

  end(): void {
    const line = this.#rest + this.#decoder.end()
    this.#rest = ''
    if (line !== '') this.#onLine(line)
  }
}
