import { differenceLines, sameness } from './differences.ts'
import type { Change, CheckEnd, Event, Notice, Progress } from './events.ts'
import { HANG, heading, INDENT, indentFor, layOut, NARROW, WORD } from './layout.ts'
import { foldNames, withoutName } from './names.ts'
import type { Style } from './style.ts'
import { countWords } from './tally.ts'
import { counted, duration, oneLine, wrap } from './text.ts'
import { type Told, timeWords } from './told.ts'

export interface LineOptions {
  readonly style: Style
  readonly columns: () => number
  readonly verbose: boolean
  readonly diff: boolean
}

/** The column of labels grows to this; a longer one has its line for itself where the rest does not fit beside it. */
const WIDEST_LABEL = 20

/** How the lines of a run look that stay: headings, changes, what was ready, passed or failed. */
export class Lines {
  readonly #options: LineOptions
  #hosts: readonly string[] = []
  #labels = 4
  #plays: readonly string[] = []
  /** Differences that were shown, and of what on whom: many hosts often need the same, and many files hold the same. */
  readonly #shown = new Map<string, { readonly id: string; readonly label: string }>()

  constructor(options: LineOptions) {
    this.#options = options
  }

  start({
    playbook,
    lab,
    inventory,
    check,
    hosts,
    plays = [],
  }: Extract<Event, { type: 'run.start' }>): readonly string[] {
    const { style, columns } = this.#options
    this.#hosts = hosts
    this.#plays = plays
    this.#makeRoom(hosts)
    const parts = [`lab ${lab}`, inventory, counted(hosts.length, 'host')]
    if (check) parts.push('check only: nothing is changed')
    const [first = '', ...rest] = wrapParts(parts, columns() - playbook.length - 2, style)
    const indent = ' '.repeat(playbook.length + 2)
    return [`${style.bold(playbook)}  ${style.dim(first)}`, ...rest.map(line => `${indent}${style.dim(line)}`)]
  }

  /** Below it the column of labels begins anew: one long list of hosts shall not push all others aside. */
  heading(plays: readonly string[]): readonly string[] {
    this.#labels = 4
    this.#makeRoom(this.#hosts)
    return ['', heading(`PLAY [${plays.map(oneLine).join(' | ')}]`, this.#options, this.#placeOf(plays))]
  }

  /** `7 of 13`, `5, 6 of 13`; nothing of one that nobody knew of beforehand. */
  #placeOf(plays: readonly string[]): string {
    const places = plays.map(play => this.#plays.indexOf(play) + 1)
    return this.#plays.length < 2 || places.includes(0) ? '' : `${places.join(', ')} of ${this.#plays.length}`
  }

  /** What a play has come to. `named` where lines of other plays stand under the same heading. */
  playEnd(words: Parameters<typeof countWords>, play: string | undefined, seconds: number): readonly string[] {
    const { style, columns } = this.#options
    const parts = [`${play === undefined ? '' : `${oneLine(play)}: `}${countWords(...words)}`, duration(seconds)]
    return wrapParts(parts, columns() - INDENT.length, style).map(line => `${INDENT}${style.dim(line)}`)
  }

  /** Lines of several groups, each of hosts that tell the same. */
  groups(groups: readonly (readonly Told[])[]): readonly string[] {
    const ordered = groups.map(group => group.toSorted((a, b) => this.#rank(a.host) - this.#rank(b.host)))
    this.#makeRoom(ordered.map(labelOf))
    return ordered.flatMap(group => this.#group(group))
  }

  #group(group: readonly Told[]): readonly string[] {
    const [first] = group
    if (!first) return []
    const { diff } = this.#options
    const same = (texts: readonly string[]) => texts.every(text => text === texts[0])
    const shared = (read: (told: Told) => string) =>
      same(group.map(read)) ? read(first) : withoutName(read(first), first.host)
    const details = first.details.map((_, i) => shared(told => told.details[i] ?? ''))
    const label = labelOf(group)
    const line = { word: first.word, paint: first.paint, label, what: shared(told => told.what) }
    const lines = this.#laidOut({ ...line, details: [...details, timeWords(group)] })
    return diff ? [...lines, ...this.#differences(first, label)] : lines
  }

  #differences({ changes, id }: Told, label: string): readonly string[] {
    const { style, columns, verbose } = this.#options
    const indent = ' '.repeat(HANG)
    return changes.flatMap(change => {
      const same = this.#sameAs(change, id, label)
      const lines =
        same === undefined
          ? differenceLines(change, id, { style, verbose, width: columns() - indent.length })
          : [style.dim(`${style.gutter} the same as ${same}`)]
      return lines.map(line => `${indent}${line}`)
    })
  }

  #sameAs({ text }: Change, id: string, label: string): string | undefined {
    if (text === undefined) return undefined
    const key = sameness(text, id)
    const before = this.#shown.get(key)
    if (before === undefined) this.#shown.set(key, { id, label })
    return before && `${before.id === id ? '' : `${before.id} `}on ${before.label}`
  }

  /** For a pipe, where no live line tells that it has begun. */
  begins({ task, detail }: Progress): readonly string[] {
    return this.#laidOut({
      word: 'started',
      paint: this.#options.style.dim,
      label: oneLine(task),
      what: detail ? oneLine(detail) : '',
      details: [],
    }).map(line => line.trimEnd())
  }

  progress({ task, detail, ended, seconds }: Progress): readonly string[] {
    const { style } = this.#options
    if (!ended) return []
    const paint = ended === 'ok' ? style.good : style.bad
    const what = [detail ? oneLine(detail) : '', duration(seconds)].filter(part => part !== '').join(` ${style.dot} `)
    return this.#laidOut({ word: ended === 'ok' ? 'done' : 'failed', paint, label: oneLine(task), what, details: [] })
  }

  check({ id, title, passed, saw }: CheckEnd): readonly string[] {
    const { style } = this.#options
    this.#makeRoom([id])
    const [word, paint] = passed ? (['passed', style.good] as const) : (['failed', style.bad] as const)
    return this.#laidOut({ word, paint, label: id, what: oneLine(title), details: [oneLine(saw)] })
  }

  notice({ level, text, shown }: Notice): readonly string[] {
    const { style, columns } = this.#options
    // The whole width is for tables.
    if (shown) return wrap(text, columns() - INDENT.length).map(line => INDENT + line)
    const paint = level === 'warning' ? style.warn : style.dim
    if (indentFor([text], columns()) === HANG)
      return wrap(text, columns() - HANG).map(
        (line, i) => `${INDENT}${paint((i === 0 ? level : '').padEnd(WORD))}  ${line}`,
      )
    const [first = '', ...rest] = wrap(`${level}  ${text}`, columns() - NARROW)
    return [`${INDENT}${paint(level)}${first.slice(level.length)}`, ...rest.map(line => ' '.repeat(NARROW) + line)]
  }

  #laidOut(line: Parameters<typeof layOut>[0]): readonly string[] {
    const { style, columns, verbose } = this.#options
    return layOut(line, { style, columns: columns(), labels: this.#labels, verbose })
  }

  #makeRoom(labels: readonly string[]): void {
    const widths = labels.map(label => label.length).filter(width => width <= WIDEST_LABEL)
    this.#labels = Math.max(this.#labels, ...widths)
  }

  /** Its place in the inventory; what is no host comes first. */
  #rank(host: string): number {
    return this.#hosts.indexOf(host)
  }
}

const labelOf = (group: readonly Told[]): string => foldNames(group.map(({ host }) => host))

/** `lab demo · 4 hosts`, broken between its parts. */
export function wrapParts(parts: readonly string[], width: number, { dot }: Style): readonly string[] {
  const lines: string[] = []
  for (const part of parts) {
    const longer = `${lines.at(-1)} ${dot} ${part}`
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer
    else lines.push(part)
  }
  return lines
}
