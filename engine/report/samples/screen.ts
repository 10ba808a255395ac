import { Writable } from 'node:stream'

interface Row {
  text: string
  /** Of a line that was too long: the next row goes on with it. */
  goesOn: boolean
}

/** What is written here is to be a line, or one of these; anything else throws. */
const token = /\r|\n|\u001b\[(\??)(\d*)([A-Za-z])|[^\0-\x1f\x7f-\x9f]/gu

/**
 * A terminal as most are: it scrolls, a cursor that is moved stops at its edges, and a narrower one lays its lines out
 * anew. It knows few sequences, and throws at all others. For tests; every character is one cell wide.
 */
export class Screen extends Writable {
  readonly isTTY = true
  columns: number
  rows: number
  /** Those that can be switched, by number: 7 wraps, 25 shows the cursor, 2026 waits with showing. */
  readonly modes = new Map([
    ['7', true],
    ['25', true],
    ['2026', false],
  ])
  #rows: Row[] = [{ text: '', goesOn: false }]
  #row = 0
  #column = 0

  constructor(columns: number, rows: number) {
    super({ decodeStrings: false })
    this.columns = columns
    this.rows = rows
  }

  /** All rows, scrolled away ones too, without what is empty at the end. */
  get text(): string {
    return this.#rows
      .map(({ text, goesOn }) => (goesOn ? text : `${text.trimEnd()}\n`))
      .join('')
      .trimEnd()
  }

  override _write(chunk: string | Buffer, _encoding: string, done: () => void): void {
    let end = 0
    for (const match of chunk.toString().matchAll(token)) {
      if (match.index !== end) break
      end += match[0].length
      const [all, own, number = '', letter] = match
      if (letter === undefined) this.#put(all)
      else if (own === '?') this.#switch(number, letter)
      else this.#steer(letter, number)
    }
    if (end < chunk.length) throw new Error(`no screen of ours knows ${JSON.stringify(chunk.slice(end).toString())}`)
    done()
  }

  /** Rows below the cursor go first where it becomes lower; the cursor keeps its place in the text. */
  resize(columns: number, rows: number): void {
    const shown = Math.min(this.rows, this.#rows.length)
    this.#rows.length -= Math.min(Math.max(0, shown - rows), this.#rows.length - 1 - this.#row)
    this.#layOutAnew(columns)
    Object.assign(this, { columns, rows })
    if (this.#row < this.#top) [this.#row, this.#column] = [this.#top, 0]
    this.emit('resize')
  }

  get #top(): number {
    return Math.max(0, this.#rows.length - this.rows)
  }

  #at(row: number): Row {
    while (this.#rows.length <= row) this.#rows.push({ text: '', goesOn: false })
    return this.#rows[row] as Row
  }

  #put(character: string): void {
    if (character === '\r') this.#column = 0
    // A line ending begins the line, too: so terminals are set.
    else if (character === '\n') this.#newRow()
    else {
      if (this.#column === this.columns && this.modes.get('7')) {
        this.#at(this.#row).goesOn = true
        this.#newRow()
      }
      const column = Math.min(this.#column, this.columns - 1)
      const row = this.#at(this.#row)
      row.text = row.text.slice(0, column).padEnd(column) + character + row.text.slice(column + 1)
      this.#column = column + 1
    }
  }

  #newRow(): void {
    this.#row += 1
    this.#column = 0
    this.#at(this.#row)
  }

  #switch(number: string, letter: string): void {
    if (!this.modes.has(number) || !/[hl]/.test(letter)) throw new Error(`no mode of ours is ${number}${letter}`)
    this.modes.set(number, letter === 'h')
  }

  #steer(letter: string, number: string): void {
    const count = number === '' ? 1 : Number(number)
    const row = this.#at(this.#row)
    if (letter === 'A') this.#row = Math.max(this.#top, this.#row - count)
    else if (letter === 'B') this.#row = Math.min(this.#top + this.rows - 1, this.#row + count)
    else if (letter === 'G') this.#column = count - 1
    else if ((letter === 'K' || letter === 'J') && number === '') {
      Object.assign(row, { text: row.text.slice(0, this.#column), goesOn: false })
      if (letter === 'J')
        for (const below of this.#rows.slice(this.#row + 1)) Object.assign(below, { text: '', goesOn: false })
    } else if (letter === 'K' && number === '2') row.text = ''
    else if (letter !== 'm') throw new Error(`no screen of ours knows CSI ${number}${letter}`)
  }

  #layOutAnew(columns: number): void {
    const rows: Row[] = []
    let line = ''
    let before = 0
    let cursor = { row: 0, column: 0 }
    for (const [i, { text, goesOn }] of this.#rows.entries()) {
      if (i === this.#row) {
        const place = line.length + Math.min(this.#column, this.columns - 1)
        cursor = { row: before + Math.floor(place / columns), column: place % columns }
      }
      line += text
      if (goesOn) continue
      const pieces = line.trimEnd().match(new RegExp(`.{1,${columns}}`, 'gu')) ?? ['']
      rows.push(...pieces.map((text, i) => ({ text, goesOn: i < pieces.length - 1 })))
      before = rows.length
      line = ''
    }
    this.#rows = rows
    this.#row = cursor.row
    this.#column = cursor.column
    this.#at(this.#row)
  }
}
