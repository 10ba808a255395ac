import type { ClientEvent, Reporter, Tally } from './events.ts'
import type { Stream } from './people.ts'
import type { Problem } from './problem.ts'

const everySecond = 1_000

/** One object a line for programs; what people are to know goes to `people`. */
export function asJson(out: Stream, people: Reporter): Reporter & { end(exit: number): void } {
  let lines = ''
  /** What is told in one go is written in one go: a call for each of thousands of lines would take longer than the files. */
  const flush = (): void => {
    if (lines !== '') out.write(lines)
    lines = ''
  }
  const write = (event: object): void => {
    if (lines === '') process.nextTick(flush)
    lines += `${JSON.stringify(event)}\n`
  }
  let [when, shown] = [0, '']
  const at = (): string => {
    const now = Date.now()
    if (now !== when) [when, shown] = [now, new Date(now).toISOString()]
    return shown
  }
  const tell = (event: ClientEvent): void => {
    for (const each of flat(event)) write({ ...each, at: at() })
    if (event.type === 'problem' || event.type === 'lost') people.tell(event)
    else if (event.type === 'transfer.end' && event.outcome === 'failed') people.tell(event)
  }
  const watch = (tally: Tally): (() => void) => {
    const unwatch = people.watch(tally)
    const timer = setInterval(() => write({ type: 'transfers.progress', ...figures(tally), at: at() }), everySecond)
    return () => {
      clearInterval(timer)
      unwatch()
    }
  }
  const ask = people.ask === undefined ? {} : { ask: people.ask }
  return {
    tell,
    watch,
    ...ask,
    end: exit => {
      write({ type: 'run.end', exit, at: at() })
      flush()
    },
  }
}

function flat(event: ClientEvent): object[] {
  if (event.type === 'listed') {
    const { where, files } = event
    return [
      ...files.map(({ name, size, modified }) => ({ type: 'file', where, name, size, modified: Math.round(modified) })),
      { type: 'listed', where, files: files.length },
    ]
  }
  if (event.type === 'transfers.end') return [{ type: event.type, ...figures(event.tally) }]
  if ('problem' in event) return [{ ...event, problem: readable(event.problem) }]
  return [event]
}

const readable = ({ message, next, exit, errorCode }: Problem) => ({ message, next, exit, errorCode })

const figures = ({ direction, files, done, same, failed, untried, moved, resumed, expected, began }: Tally) => {
  const seconds = Math.round(performance.now() - began) / 1000
  return { direction, files, done, same, failed, untried, moved, resumed, expected, seconds }
}
