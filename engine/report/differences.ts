import type { Change } from './events.ts'
import type { Style } from './style.ts'
import { counted } from './text.ts'

/** Of one text; more only with `--verbose`. */
const LINES = 120
/** So many say what they are in no more room than a word on where they stand already. */
const FEW = 3
const NARROWEST = 30
/** Where a line goes on that was broken: deeper than its mark, so that it is not taken for the next. */
const CONTINUED = '     '

export interface DifferenceLook {
  readonly style: Style
  /** Columns that one line may fill. */
  readonly width: number
  readonly verbose: boolean
}

/** What differs inside one change's text, behind a bar at the left; why it is not shown where it is not. */
export function differenceLines(change: Change, id: string, look: DifferenceLook): readonly string[] {
  const { style, verbose } = look
  const bar = style.dim(style.gutter)
  if (change.noText !== undefined)
    return [`${bar} ${style.dim(`content not shown: ${change.noText}${hashes(change, style.arrow)}`)}`]
  if (change.text === undefined) return []
  const { name, isNew, lines } = readPatch(change.text)
  const shown = verbose || lines.length <= LINES + 10 ? lines : lines.slice(0, LINES)
  const left = lines.length - shown.length
  const head = [name === id ? '' : name, isNew ? `new, ${counted(lines.filter(isAddition).length, 'line')}` : '']
  const words = head.filter(part => part !== '').join(', ')
  return [
    ...(words === '' ? [] : [`${bar} ${style.dim(words)}`]),
    ...shown.flatMap(line => painted(line, look).map(part => `${bar} ${part}`)),
    ...(left > 0 ? [`${bar} ${style.dim(`... ${counted(left, 'more line')} (all with --verbose)`)}`] : []),
  ]
}

/** Equal for differences that need be shown once: of one thing on many hosts, or of a long text in several places. */
export function sameness(text: string, id: string): string {
  const { isNew, lines } = readPatch(text)
  return lines.length > FEW ? `${isNew}\0${lines.join('\n')}` : `${id}\0${text}`
}

/** The beginnings of both hashes, enough to see by eye which content is where. */
function hashes({ before, after }: Change, arrow: string): string {
  const [old, young] = [before, after].map(value =>
    typeof value === 'string' ? /^sha256:([0-9a-f]{12})/.exec(value)?.[1] : undefined,
  )
  return young === undefined ? '' : `, sha256 ${old === undefined ? '' : `${old} ${arrow} `}${young}`
}

/** A unified diff of one text: its name, and the lines below its head. Of a new text, those alone that it holds. */
function readPatch(patch: string): { name: string; isNew: boolean; lines: readonly string[] } {
  const [from = '', to = '', ...lines] = patch.replace(/\n$/, '').split('\n')
  const isNew = from === '--- /dev/null'
  return {
    name: to.replace(/^\+\+\+ /, ''),
    isNew,
    lines: isNew ? lines.filter(line => !line.startsWith('@@')) : lines,
  }
}

const isAddition = (line: string): boolean => line.startsWith('+')

/** One line of a diff in its colour, broken where it is longer than the terminal is wide. */
function painted(line: string, { style, width }: DifferenceLook): readonly string[] {
  const paint = isAddition(line)
    ? style.added
    : line.startsWith('-')
      ? style.removed
      : line.startsWith('@@')
        ? style.hunk
        : style.dim
  return broken(line, Math.max(NARROWEST, width - 2)).map(paint)
}

/** At most `room` characters each, between words; within a word only where it is longer than that itself. */
function broken(line: string, room: number): readonly string[] {
  const parts: string[] = []
  let rest = [...line]
  while (rest.length > room) {
    // Blanks that a line begins with are where it stands, behind its mark or without one.
    const start = rest.findIndex((letter, i) => letter !== ' ' && i > 0)
    const blank = rest.lastIndexOf(' ', room)
    const end = blank > start && start >= 0 ? blank : room
    parts.push(rest.slice(0, end).join(''))
    rest = [...CONTINUED, ...rest.slice(end).join('').trimStart()]
  }
  return [...parts, rest.join('')]
}
