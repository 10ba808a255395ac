import type { Style } from './style.ts'
import { foldList, wrap } from './text.ts'

/** Width of the widest word that begins a line: `would change`. */
export const WORD = 12
export const INDENT = '  '
/** Where what follows the word begins, and where what finds no room there goes on. */
export const HANG = INDENT.length + WORD + 2
export const NARROW = 4
/** A list in less than this is not read. */
const LEAST = 28
/** Details that grow with the lab are cut here unless `--verbose`. */
const DETAIL_LINES = 3

export interface Line {
  readonly word: string
  readonly paint: (text: string) => string
  /** A host, or several. */
  readonly label: string
  readonly what: string
  readonly details: readonly string[]
}

export interface Room {
  readonly style: Style
  readonly columns: number
  /** Of the column of labels. */
  readonly labels: number
  readonly verbose: boolean
}

/**
 * One line where it fits. Else the details follow, broken between them; then what it is about stands below its host,
 * too. Nothing runs into the edge of the terminal, which would go on in column 0 in the middle of a name.
 */
export function layOut({ word, paint, label, what, details }: Line, room: Room): readonly string[] {
  const { style, columns } = room
  const start = (text: string) => `${INDENT}${paint(word.padEnd(WORD))}  ${text}`
  const list = details.filter(detail => detail !== '')
  const beside = HANG + Math.max(label.length, room.labels) + 2
  const all = list.join(', ')
  const labelled = label.padEnd(room.labels)
  if (beside + what.length + (all === '' ? 0 : 2 + all.length) <= columns)
    return [start(`${labelled}  ${what}${all === '' ? '' : `  ${style.dim(all)}`}`)]
  if (beside + what.length <= columns) {
    return [start(`${labelled}  ${what}`), ...below(list, indentFor(list, columns), room)]
  }
  const names = wrap(label, columns - HANG)
  const indent = indentFor([what], columns)
  return [
    ...names.map((line, i) => (i === 0 ? start(line) : `${' '.repeat(HANG)}${line}`)),
    ...wrap(what, columns - indent).map(line => `${' '.repeat(indent)}${line}`),
    ...below(list, indentFor([what, ...list], columns), room),
  ]
}

function below(list: readonly string[], indent: number, { style, columns, verbose }: Room): readonly string[] {
  if (list.length === 0) return []
  const lines = foldList(list, columns - indent)
  const shown =
    verbose || lines.length <= DETAIL_LINES ? lines : [...lines.slice(0, DETAIL_LINES - 1), '... (all with --verbose)']
  return shown.map(line => `${' '.repeat(indent)}${style.dim(line)}`)
}

/** One for all lines of a run, but where a word would run into the edge, or little room is left. */
export function indentFor(texts: readonly string[], columns: number): number {
  const longest = Math.max(LEAST, ...texts.flatMap(text => text.split(' ')).map(word => word.length + 1))
  return columns - HANG >= longest ? HANG : NARROW
}

/** `PLAY [Join the workers] ────────── 9 of 14`, to the width of the terminal but never sprawling. */
export function heading(text: string, { style, columns }: { style: Style; columns: () => number }, place = ''): string {
  const [last = '', ...before] = wrap(text, columns()).reverse()
  const room = Math.min(columns(), 100) - last.length - 1
  // Of both, the rule is what can be done without.
  const beside = place !== '' && place.length <= room ? place : ''
  const rule = style.rule.repeat(Math.max(0, beside === '' ? room : room - beside.length - 1))
  const rest = [rule, beside].filter(part => part !== '').join(' ')
  const line = rest === '' ? style.bold(last) : `${style.bold(last)} ${style.dim(rest)}`
  return [...before.reverse().map(style.bold), line].join('\n')
}
