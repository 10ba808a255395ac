import { Writable } from 'node:stream'

/** A stream that keeps what is written to it; for tests. */
export class Sink extends Writable {
  text = ''
  readonly columns: number
  readonly rows: number
  readonly isTTY: boolean

  constructor(columns = 100, isTTY = false, rows = 30) {
    super()
    this.columns = columns
    this.rows = rows
    this.isTTY = isTTY
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString()
    done()
  }
}
