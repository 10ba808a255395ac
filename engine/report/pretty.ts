import { closing } from './closing.ts'
import type { Event, Progress, Reporter, Wait } from './events.ts'
import { Lines } from './lines.ts'
import { liveLines, taskWords } from './live.ts'
import { profileLines } from './profile.ts'
import { styleOf } from './style.ts'
import { Tally } from './tally.ts'
import { createTerminal } from './terminal.ts'
import { duration, harmless } from './text.ts'
import { Timeline } from './timeline.ts'

export interface PrettyOptions {
  readonly stream: NodeJS.WritableStream & { readonly columns?: number; readonly rows?: number }
  /** A terminal gets live lines; a pipe plain ones, and a sign of life every 30 s. */
  readonly tty: boolean
  /** Where the stream does not know its own width. Default 120. */
  readonly columns?: number
  readonly verbose: boolean
  readonly diff: boolean
  /** End with what took longest, and the critical path. */
  readonly profile?: boolean
}

const HEARTBEAT_MS = 30_000

/** A run for people: calm while it goes well, complete where it does not. */
export function prettyReporter(options: PrettyOptions): Reporter {
  const { stream, tty } = options
  const style = styleOf(stream, tty)
  const columns = () => options.columns ?? stream.columns ?? 120
  const tally = new Tally()
  const timeline = new Timeline()
  const lines = new Lines(tally, { style, columns, verbose: options.verbose, diff: options.diff })
  const live = () => liveLines(tally, { style, columns: columns(), rows: stream.rows ?? 24, now: Date.now() })
  const terminal = tty ? createTerminal(stream, live) : undefined
  let lastLine = Date.now()

  const say = (texts: readonly string[]) => {
    if (terminal) terminal.say(texts)
    else if (texts.length > 0) stream.write(`${texts.join('\n')}\n`)
    if (texts.length > 0) lastLine = Date.now()
  }
  const heartbeat = tty ? undefined : setInterval(beat, HEARTBEAT_MS / 6)
  heartbeat?.unref()

  /** On a pipe nobody sees live lines; silence beyond half a minute would look like a hang. */
  function beat(): void {
    const now = Date.now()
    if (now - lastLine < HEARTBEAT_MS || tally.since === 0) return
    const hosts = [...tally.activities].map(
      ([host, { words, since }]) => `${host}: ${words} (${duration((now - since) / 1000)})`,
    )
    const tasks = [...tally.tasks.values()].map(task => `${task.task}: ${taskWords(task, style)}`)
    const what = [...tasks, ...hosts].map(text => `\n${' '.repeat(16)}${text}`).join('')
    say([`  ${'running'.padEnd(12)}  ${duration((now - tally.since) / 1000)}${what}`])
  }

  return {
    on(told: Event): void {
      const event = harmless(told)
      if (event.type === 'play.end') say(lines.playEnd(event.play, event.seconds))
      const begins = (event.type === 'wait' || event.type === 'progress') && isNew(event, tally)
      tally.on(event)
      timeline.on(event)
      if (begins && !terminal) say([lines.begins(event)])
      say(lines.of(event))
      if (event.type !== 'run.end') return
      clearInterval(heartbeat)
      terminal?.finish()
      say(closing(event, tally, { style, columns }))
      if (options.profile) say(profileLines(timeline, { style, columns }))
    },
    close(): void {
      clearInterval(heartbeat)
      terminal?.finish()
    },
  }
}

function isNew(event: Wait | Progress, tally: Tally): boolean {
  if (event.type === 'progress') return !event.ended && !tally.tasks.has(event.task)
  return !tally.activities.get(event.host)?.words.startsWith(`waiting for ${event.what}`)
}
