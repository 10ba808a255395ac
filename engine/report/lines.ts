import { changeWords } from './changes.ts'
import { differenceLines } from './differences.ts'
import type { CheckEnd, Event, Outcome, Progress, ResourceEnd, Wait } from './events.ts'
import type { Style } from './style.ts'
import { countWords, placeIn, type Tally } from './tally.ts'
import { counted, duration, foldList, oneLine, wrap } from './text.ts'

export interface LineOptions {
  readonly style: Style
  readonly columns: () => number
  readonly verbose: boolean
  readonly diff: boolean
}

/** Width of the widest word that begins a line: `would change`. */
const WORD = 12
const INDENT = '  '
/** Content that grows with the lab is cut here unless `--verbose`. */
const CHANGE_LINES = 3

/** The lines of a run that stay: headings, one line a change, what was ready, passed or failed. */
export class Lines {
  readonly #options: LineOptions
  readonly #tally: Tally
  #hostWidth = 4
  /** Differences that were shown, and the host of each: many hosts often need the same. */
  readonly #shown = new Map<string, string>()

  /** `tally` must have seen each event before this does. */
  constructor(tally: Tally, options: LineOptions) {
    this.#tally = tally
    this.#options = options
  }

  of(event: Event): readonly string[] {
    const { style, verbose } = this.#options
    switch (event.type) {
      case 'run.start': {
        this.#hostWidth = Math.min(20, Math.max(this.#hostWidth, ...event.hosts.map(host => host.length)))
        const parts = [`lab ${event.lab}`, event.inventory, counted(event.hosts.length, 'host')]
        if (event.check) parts.push('check only: nothing is changed')
        return [`${style.bold(event.playbook)}  ${style.dim(parts.join(` ${style.dot} `))}`]
      }
      case 'play.start':
        return ['', heading(`PLAY [${oneLine(event.play)}]`, this.#options)]
      case 'play.end':
        return []
      case 'host.ready': {
        const after = event.seconds >= 1 ? ` after ${duration(event.seconds)}` : ''
        return verbose || after
          ? [this.#line(style.dim, 'ready', event.host, style.dim(`${event.address}${after}`))]
          : []
      }
      case 'host.unreachable':
        return this.#folded(style.bad, 'unreachable', event.host, '', [oneLine(event.failure.message)])
      case 'resource.end':
        return this.#resource(event)
      case 'progress':
        return this.#progress(event)
      case 'check.end':
        return this.#check(event)
      case 'notice': {
        const words = wrap(event.text, this.#options.columns() - WORD - 4)
        const paint = event.level === 'warning' ? style.warn : style.dim
        return words.map((line, i) => `${INDENT}${paint((i === 0 ? event.level : '').padEnd(WORD))}  ${line}`)
      }
      default:
        return []
    }
  }

  /** For a pipe, where no live line tells it. */
  begins(event: Wait | Progress): string {
    const { style } = this.#options
    if (event.type === 'progress') {
      return this.#line(style.dim, 'started', oneLine(event.task), event.detail ? oneLine(event.detail) : '').trimEnd()
    }
    const words = `for ${oneLine(event.what)}, at most ${duration(event.limitSeconds)}`
    return this.#line(style.dim, 'waiting', event.host, words)
  }

  /** What a play has come to, said as it ends. `count` is taken before the tally forgets the play. */
  playEnd(play: string, seconds: number): readonly string[] {
    const { style } = this.#options
    const count = this.#tally.plays.get(play)?.count
    if (!count) return []
    const alone = this.#tally.plays.size === 1 ? '' : `${oneLine(play)}: `
    return [
      `${INDENT}${style.dim(`${alone}${countWords(count, this.#tally.check)} ${style.dot} ${duration(seconds)}`)}`,
    ]
  }

  #resource(event: ResourceEnd): readonly string[] {
    const { style, verbose, diff } = this.#options
    const paint = (text: string) => style.outcome(event.outcome, text)
    if (event.outcome === 'ok' || event.outcome === 'assumed')
      return verbose ? [this.#line(paint, event.outcome, event.host, style.dim(placeIn(event)))] : []
    const details = event.changes.map(change => changeWords(change, style.arrow))
    if (event.why) details.unshift(oneLine(event.why))
    if (event.by) details.push(`by ${oneLine(event.by)}`)
    if (event.failure) details.unshift(oneLine(event.failure.message))
    if (event.seconds >= 1) details.push(duration(event.seconds))
    const lines = this.#folded(paint, wordOf[event.outcome], event.host, placeIn(event), details)
    return diff ? [...lines, ...this.#differences(event)] : lines
  }

  #differences({ changes, host, id }: ResourceEnd): readonly string[] {
    const { style, columns, verbose } = this.#options
    const indent = ' '.repeat(WORD + 4)
    return changes.flatMap(change => {
      const key = `${id}\0${change.text}`
      const before = change.text === undefined ? undefined : this.#shown.get(key)
      if (change.text !== undefined && before === undefined) this.#shown.set(key, host)
      const lines =
        before === undefined
          ? differenceLines(change, id, { style, verbose, width: columns() - indent.length })
          : [style.dim(`${style.gutter} the same as on ${before}`)]
      return lines.map(line => `${indent}${line}`)
    })
  }

  #progress({ task, detail, ended, seconds }: Progress): readonly string[] {
    const { style } = this.#options
    if (!ended) return []
    const paint = ended === 'ok' ? style.good : style.bad
    const words = [detail ? oneLine(detail) : '', duration(seconds)].filter(part => part !== '').join(` ${style.dot} `)
    return [this.#line(paint, ended === 'ok' ? 'done' : 'failed', oneLine(task), style.dim(words))]
  }

  #check({ id, title, passed, saw }: CheckEnd): readonly string[] {
    const { style } = this.#options
    return this.#folded(passed ? style.good : style.bad, passed ? 'passed' : 'failed', id, oneLine(title), [
      oneLine(saw),
    ])
  }

  #line(paint: (text: string) => string, word: string, host: string, rest: string): string {
    return `${INDENT}${paint(word.padEnd(WORD))}  ${host.padEnd(this.#hostWidth)}  ${rest}`
  }

  /** One line where it fits; else the details follow, indented, broken between them. */
  #folded(
    paint: (text: string) => string,
    word: string,
    host: string,
    what: string,
    details: readonly string[],
  ): string[] {
    const { style, columns, verbose } = this.#options
    const indent = INDENT.length + WORD + 2 + Math.max(host.length, this.#hostWidth) + 2
    const all = details.filter(detail => detail !== '').join(', ')
    if (indent + what.length + 2 + all.length <= columns() || what === '') {
      const gap = what === '' || all === '' ? '' : '  '
      if (what !== '' || indent + all.length <= columns())
        return [this.#line(paint, word, host, `${what}${gap}${style.dim(all)}`).trimEnd()]
    }
    const folded = foldList(details, Math.max(30, columns() - indent))
    const shown =
      verbose || folded.length <= CHANGE_LINES
        ? folded
        : [...folded.slice(0, CHANGE_LINES - 1), '... (all with --verbose)']
    return [
      this.#line(paint, word, host, what).trimEnd(),
      ...shown.map(line => `${' '.repeat(indent)}${style.dim(line)}`),
    ]
  }
}

const wordOf: Record<Outcome, string> = {
  ok: 'ok',
  assumed: 'assumed',
  changed: 'changed',
  'would-change': 'would change',
  unknown: 'unknown',
  failed: 'failed',
}

/** `PLAY [Join the workers] ──────────`, to the width of the terminal but never sprawling. */
export function heading(text: string, { style, columns }: Pick<LineOptions, 'style' | 'columns'>): string {
  const width = Math.min(columns(), 100)
  return `${style.bold(text)} ${style.dim(style.rule.repeat(Math.max(3, width - text.length - 1)))}`
}
