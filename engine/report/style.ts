import { styleText } from 'node:util'
import type { Outcome } from './events.ts'

type Format = Exclude<Parameters<typeof styleText>[0], readonly unknown[]>

/** Colours and glyphs of one stream. Colours carry no meaning alone: every outcome is a word, too. */
export interface Style {
  bold(text: string): string
  dim(text: string): string
  good(text: string): string
  bad(text: string): string
  warn(text: string): string
  outcome(outcome: Outcome, text: string): string
  added(text: string): string
  removed(text: string): string
  hunk(text: string): string
  readonly arrow: string
  readonly dot: string
  readonly rule: string
  /** Left of what is quoted. */
  readonly gutter: string
  readonly bar: { readonly full: string; readonly empty: string }
}

const outcomeFormat: Record<Outcome, Format> = {
  ok: 'green',
  assumed: 'dim',
  changed: 'yellow',
  'would-change': 'cyan',
  unknown: 'magenta',
  failed: 'red',
}

/** NO_COLOR, FORCE_COLOR and TERM are honoured by `styleText` itself; a pipe gets plain ASCII besides. */
export function styleOf(stream: NodeJS.WritableStream, tty: boolean): Style {
  const paint = (format: Format) => (text: string) =>
    // Not every stream is one that Node knows: a test's or a file's is plain unless colour is forced.
    text === '' ? '' : styleText(format, text, { stream: stream as NodeJS.WriteStream })
  return {
    bold: paint('bold'),
    dim: paint('dim'),
    good: paint('green'),
    bad: paint('red'),
    warn: paint('yellow'),
    outcome: (outcome, text) => paint(outcomeFormat[outcome])(text),
    added: paint('green'),
    removed: paint('red'),
    hunk: paint('cyan'),
    ...(tty
      ? { arrow: '→', dot: '·', rule: '─', gutter: '│', bar: { full: '━', empty: '─' } }
      : { arrow: '->', dot: '-', rule: '*', gutter: '|', bar: { full: '#', empty: '.' } }),
  }
}
