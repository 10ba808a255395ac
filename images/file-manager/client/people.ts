import type { ClientEvent, ListedFile, Reporter, Tally } from './events.ts'
import type { Problem } from './problem.ts'
import { progressLine, Rate } from './progress.ts'
import { counted, shownDate, shownSize, shownTime, visible, widthOf } from './shown.ts'
import { wrapped } from './wrapped.mjs'

/** What a line is written to. */
export interface Stream {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  write(text: string): unknown
}

export interface PeopleOptions {
  /** Results. */
  readonly out: Stream
  /** Everything else. */
  readonly err: Stream
  /** Where it is said who answers. */
  readonly connection?: 'out' | 'err'
  ask?(question: string, signal: AbortSignal): Promise<string>
  /** Whether nothing is under way. */
  idle?(): boolean
}

/** So many files and no more are told one by one. */
const toldSingly = 20
const repaint = 100

/** Lines for people: results to one stream, progress and problems to the other. */
export function forPeople({ out, err, connection, ask, idle }: PeopleOptions): Reporter {
  let erase: (() => unknown) | undefined
  let held = false
  let told: { files: number; failures: number } = { files: 0, failures: 0 }
  /** What is said while somebody is asked. */
  const later: (() => void)[] = []
  const line = (stream: Stream, text: string): void => {
    if (held) {
      later.push(() => line(stream, text))
      return
    }
    erase?.()
    stream.write(`${text}\n`)
  }
  /** Of words: names that are listed have a line each, whatever its width. */
  const say = (stream: Stream, text: string): void =>
    line(stream, (stream.isTTY && stream.columns ? wrapped(text, stream.columns, widthOf) : [text]).join('\n'))
  const problem = (what: Problem, place?: string): void =>
    say(err, `error: ${place === undefined ? '' : `${place}: `}${visible(what.message)}. ${visible(what.next)}`)
  const ended = (event: ClientEvent & { type: 'transfer.end' }): void => {
    if (event.outcome === 'failed') {
      if (++told.failures <= toldSingly) problem(event.problem, event.place)
    } else if (told.files <= toldSingly) say(out, sentence(event))
  }
  const tell = (event: ClientEvent): void => {
    if (event.type === 'connected' && connection !== undefined) say(connection === 'out' ? out : err, connected(event))
    else if (event.type === 'lost') say(err, lost(event, idle?.() === true))
    else if (event.type === 'listed')
      for (const text of listing(event.files, out.isTTY === true, event.where)) line(out, text)
    else if (event.type === 'transfers.begin') told = { files: event.files, failures: 0 }
    else if (event.type === 'transfer.end') ended(event)
    else if (event.type === 'transfers.end') for (const text of summary(event.tally)) say(out, text)
    else if (event.type === 'problem') problem(event.problem, event.place)
    else if (event.type === 'note') say(out, event.text)
  }
  const watch = (tally: Tally): (() => void) => {
    if (!err.isTTY) return () => undefined
    const rate = new Rate()
    erase = () => err.write('\r\x1b[K')
    const paint = (): void => {
      if (held) return
      // Without wrapping, a character that is wider than we think does no harm.
      // And there is room for the terminal's own ^C.
      const text = progressLine(tally, rate.mark(performance.now(), tally.moved), (err.columns || 80) - 3)
      err.write(`\r\x1b[?7l${text}\x1b[K\x1b[?7h`)
    }
    const timer = setInterval(paint, repaint)
    return () => {
      clearInterval(timer)
      erase?.()
      erase = undefined
    }
  }
  if (ask === undefined) return { tell, watch }
  const answered = async (question: string, signal: AbortSignal): Promise<string> => {
    held = true
    erase?.()
    try {
      return await ask(question, signal)
    } finally {
      held = false
      for (const say of later.splice(0)) say()
    }
  }
  return { tell, watch, ask: answered }
}

function connected({ node, server, plainText }: ClientEvent & { type: 'connected' }): string {
  const how = plainText ? ' in plain text: whoever is on the way can read all of it' : ''
  return `Connected to ${node}, served by ${visible(server)}${how}.`
}

function lost({ server, why }: ClientEvent & { type: 'lost' }, idle: boolean): string {
  return `The connection to ${visible(server)} was lost: ${visible(why)}.${idle ? ' The next command connects again.' : ''}`
}

function sentence(event: ClientEvent & { type: 'transfer.end'; outcome: 'done' | 'same' }): string {
  const { direction, name, outcome, size, seconds, resumed } = event
  if (outcome === 'same') return `${visible(name)} is here already, the same to the byte.`
  const rate =
    seconds > 1 && size > 2 ** 20 ? `, ${shownTime(seconds)}, ${shownSize((size - resumed) / seconds)}/s` : ''
  const from = resumed > 0 ? `, ${shownSize(resumed)} of it earlier` : ''
  return `${direction === 'upload' ? 'Uploaded' : 'Downloaded'} ${visible(name)} (${shownSize(size)}${from}${rate}).`
}

function* summary(tally: Tally): Generator<string> {
  const { direction, files, done, same, failed, untried, moved, began } = tally
  if (files === 1 || (files <= toldSingly && untried === 0)) return
  const seconds = (performance.now() - began) / 1000
  const parts = [
    `${direction === 'upload' ? 'Uploaded' : 'Downloaded'} ${counted(done, 'file')} (${shownSize(moved)} in ${shownTime(seconds)})`,
    ...(same > 0 ? [`${same.toLocaleString('en')} the same already`] : []),
    ...(failed > 0 ? [`${failed.toLocaleString('en')} failed`] : []),
    ...(untried > 0 ? [`${untried.toLocaleString('en')} not finished`] : []),
  ]
  yield `${parts.join(', ')}.`
}

function* listing(files: readonly ListedFile[], table: boolean, where: 'here' | 'remote'): Generator<string> {
  const shown = (file: ListedFile): string => visible(file.name) + (file.size === undefined ? '/' : '')
  if (!table) {
    for (const file of files) yield shown(file)
    return
  }
  const sizes = files.map(({ size }) => (size === undefined ? '' : shownSize(size)))
  const widest = Math.max(0, ...sizes.map(size => size.length))
  for (const [index, file] of files.entries())
    yield `${(sizes[index] ?? '').padStart(widest)}  ${shownDate(file.modified)}  ${shown(file)}`
  const bytes = files.reduce((sum, { size }) => sum + (size ?? 0), 0)
  const place = where === 'here' ? 'here' : 'on the server'
  const plain = files.filter(({ size }) => size !== undefined).length
  const folders = plain < files.length ? ` and ${counted(files.length - plain, 'folder')}` : ''
  yield files.length === 0 ? `No files ${place}.` : `${counted(plain, 'file')}${folders} ${place}, ${shownSize(bytes)}`
}
