import { closing } from './closing.ts'
import type { Event, Reporter } from './events.ts'
import { Lines } from './lines.ts'
import { hostsOf, liveLines, taskWords } from './live.ts'
import { profileLines } from './profile.ts'
import { styleOf } from './style.ts'
import { activityWords, Tally } from './tally.ts'
import { Telling } from './telling.ts'
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
const TICK_MS = 1000

/** A run for people: calm while it goes well, complete where it does not. */
export function prettyReporter(options: PrettyOptions): Reporter {
  const { stream, tty, verbose, diff } = options
  const style = styleOf(stream, tty)
  const columns = () => options.columns ?? stream.columns ?? 120
  const tally = new Tally()
  const timeline = options.profile ? new Timeline() : undefined
  const telling = new Telling(new Lines({ style, columns, verbose, diff }), tally, { style, verbose, live: tty })
  const live = () => liveLines(tally, { style, columns: columns(), rows: stream.rows ?? 24, now: Date.now() })
  const terminal = tty ? createTerminal(stream, live) : undefined
  let lastLine = Date.now()

  const say = (texts: readonly string[]) => {
    if (terminal) terminal.say(texts)
    else if (texts.length > 0) stream.write(`${texts.join('\n')}\n`)
    if (texts.length > 0) lastLine = Date.now()
  }
  const clock = setInterval(() => {
    say(telling.ripe(Date.now()))
    if (!tty) beat()
  }, TICK_MS)
  clock.unref()

  /** On a pipe nobody sees live lines; silence beyond half a minute would look like a hang. */
  function beat(): void {
    const now = Date.now()
    if (now - lastLine < HEARTBEAT_MS || tally.since === 0) return
    const since = (text: string, began: number) => `${text} (${duration((now - began) / 1000)})`
    const hosts = hostsOf(tally).flatMap(host => {
      const activity = tally.activityOf(host, now)
      return activity ? [since(`${host}: ${activityWords(activity)}`, activity.since)] : []
    })
    const tasks = [...tally.tasks.values()].map(task => `${task.task}: ${taskWords(task, style)}`)
    const plays = [...tally.plays].map(([play, { since: began }]) => since(play, began))
    const known = [...tasks, ...hosts]
    const what = (known.length > 0 ? known : plays).map(text => `\n${' '.repeat(16)}${text}`).join('')
    say([`  ${'running'.padEnd(12)}  ${duration((now - tally.since) / 1000)}${what}`])
  }

  return {
    on(told: Event): void {
      const event = harmless(told)
      if (event.type === 'run.end') {
        clearInterval(clock)
        terminal?.finish()
      }
      say(telling.of(event))
      tally.on(event)
      timeline?.on(event)
      if (event.type !== 'run.end') return
      say(closing(event, tally, { style, columns }))
      if (timeline) say(profileLines(timeline, { style, columns }))
    },
    close(): void {
      clearInterval(clock)
      // Of a run that is left in the middle.
      say(telling.rest())
      terminal?.finish()
    },
  }
}
