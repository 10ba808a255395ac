import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Event } from './events.ts'
import { liveLines } from './live.ts'
import { prettyReporter } from './pretty.ts'
import { runs } from './samples/runs.ts'
import { Script } from './samples/script.ts'
import { Sink } from './samples/sink.ts'
import { styleOf } from './style.ts'
import { Tally } from './tally.ts'

// Colour is the terminal's matter; a CI that forces it must not change what is compared here.
beforeEach(() => {
  vi.stubEnv('FORCE_COLOR', undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
})

const golden = (name: string) => new URL(`fixtures/${name}.txt`, import.meta.url).pathname

function told(
  events: readonly Event[],
  options: { columns?: number; diff?: boolean; verbose?: boolean; profile?: boolean } = {},
) {
  const { columns = 100, diff = false, verbose = false, profile = false } = options
  const stream = new Sink(columns)
  const reporter = prettyReporter({ stream, tty: false, columns, diff, verbose, profile })
  for (const event of events) reporter.on(event)
  reporter.close()
  return stream.text
}

describe('a run on a pipe', () => {
  it.each([60, 80, 120, 200])('reads well at %i columns', async columns => {
    const whole = [
      told(runs.failing(), { columns, diff: true, profile: true }),
      told(runs.check(), { columns }),
      told(runs.verify(), { columns }),
      told(runs.look(), { columns }),
    ]
    // But a word that is longer than a whole line, and a command, which is copied.
    const lines = whole
      .join('\n')
      .replaceAll(/^To resume:.*$/gm, '')
      .split('\n')
    expect(lines.filter(line => line.length > columns && /\S +\S/.test(line))).toEqual([])
    await expect(whole.join('\n----\n\n')).toMatchFileSnapshot(golden(`pretty-${columns}`))
  })

  it('shows a difference that many hosts share once, and of whom it is the same', () => {
    const text = told(runs.check(), { diff: true })
    expect(text.match(/\| -root = "\/srv"/g)).toHaveLength(1)
    expect(text).not.toContain('the same as')
    const whole = told(runs.check(), { diff: true, verbose: true })
    expect(whole.match(/\| -root = "\/srv"/g)).toHaveLength(1)
    expect(whole.match(/\| the same as on front$/gm)).toHaveLength(1)
    expect(told(runs.check())).not.toContain('/srv"')
  })

  it('folds what several hosts tell within a few seconds, unless all is asked for', async () => {
    await expect(told(runs.sideBySide())).toMatchFileSnapshot(golden('side-by-side'))
    const whole = told(runs.sideBySide(), { verbose: true })
    expect(whole.match(/^ {2}changed {7}worker[12] {2}base: file \/etc\/a\/worker[12] {2}/gm)).toHaveLength(2)
    expect(whole).not.toContain('<host>')
  })

  it('tells plays that run side by side one after the other in check mode', async () => {
    const events = runs.sideBySide(undefined, true)
    await expect(told(events)).toMatchFileSnapshot(golden('side-by-side-check'))
    expect(told(events, { columns: 60 })).toMatch(/^worker1 {2}: ok=0 {3}would-change=3$/m)
  })

  it('lists what is in order only when asked', async () => {
    expect(told(runs.quiet())).not.toContain('file /etc/hosts')
    expect(told(runs.quiet(), { verbose: true })).toContain('file /etc/hosts')
    await expect(told(runs.quiet())).toMatchFileSnapshot(golden('pretty-quiet'))
  })

  it.each([
    [0, 'Done - '],
    [69, 'Failed (exit 69) - '],
    [130, 'Interrupted - '],
  ])('counts nothing where there is nothing to count, exit %i', (exit, words) => {
    const events = runs.look().map(event => (event.type === 'run.end' ? { ...event, exit } : event))
    expect(told(events)).toContain(`\n\n${words}`)
  })

  it('holds no escape sequence, whatever a host sends', () => {
    const evil = '\u001b]0;owned\u0007\u001b[2J\u009b31mred\u202e'
    const script = new Script()
    script.tell({ type: 'run.start', playbook: evil, lab: evil, inventory: evil, check: false, hosts: [evil] })
    script.tell({ type: 'play.start', play: evil, hosts: [evil] })
    script.tell({ type: 'notice', level: 'warning', text: evil })
    script.tell({ type: 'host.ready', host: evil, address: evil, seconds: 2 })
    script.tell({ type: 'wait', host: evil, what: evil, detail: evil, limitSeconds: 5, seconds: 0 })
    script.tell({ type: 'progress', task: evil, detail: evil, unit: evil, seconds: 0 })
    script.tell({
      type: 'resource.end',
      play: evil,
      host: evil,
      role: evil,
      kind: evil,
      id: evil,
      outcome: 'failed',
      seconds: 0,
      changes: [{ attribute: evil, before: evil, after: 'a', text: evil }],
      by: evil,
      why: evil,
      failure: { code: evil, message: evil, place: evil, cause: evil, stderr: [evil], next: evil },
    })
    script.tell({ type: 'check.end', id: evil, title: evil, passed: false, saw: evil })
    script.tell({
      type: 'run.end',
      exit: 70,
      seconds: 1,
      roundTrips: 1,
      memoryBytes: 1,
      hosts: script.counts(),
      resume: evil,
    })
    const text = told(script.events, { diff: true, verbose: true, profile: true })
    expect(text).toContain('red')
    expect(text.match(/[\0-\x09\x0b-\x1f\x7f-\x9f\u202e]/g)).toBeNull()
  })
})

describe('a long silence on a pipe', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.UTC(2026, 0, 12, 9) })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('is broken every half a minute', () => {
    const stream = new Sink()
    const reporter = prettyReporter({ stream, tty: false, verbose: false, diff: false })
    for (const event of runs.failing(Date.now()).slice(0, 4)) reporter.on(event)
    const before = stream.text
    vi.advanceTimersByTime(95_000)
    const beats = stream.text
      .slice(before.length)
      .split('\n')
      .filter(line => line.startsWith('  running'))
    expect(beats).toHaveLength(3)
    expect(stream.text).toContain('kernel: ')
    reporter.close()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a line that others may share', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.UTC(2026, 0, 12, 9) })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it.each([
    ['waits a few seconds for them', (events: readonly Event[]) => events, 4000, 6000],
    ['is said at once after a failure', (events: readonly Event[]) => [...events, failure(events)], undefined, 0],
  ])('%s', (_, more, silent, said) => {
    const stream = new Sink()
    const reporter = prettyReporter({ stream, tty: false, verbose: false, diff: false })
    const events = runs.sideBySide(Date.now())
    const first = events.findIndex(({ type }) => type === 'resource.end') + 1
    for (const event of more(events.slice(0, first))) reporter.on(event)
    if (silent !== undefined) {
      vi.advanceTimersByTime(silent)
      expect(stream.text).not.toContain('changed')
    }
    vi.advanceTimersByTime(said - (silent ?? 0))
    expect(stream.text).toContain('changed       worker1')
    reporter.close()
  })

  it.each([false, true])('is not lost where the run is left in the middle, check %s', check => {
    const stream = new Sink()
    const reporter = prettyReporter({ stream, tty: false, verbose: false, diff: false })
    const events = runs.sideBySide(Date.now(), check)
    const first = events.findIndex(({ type }) => type === 'resource.end') + 1
    for (const event of events.slice(0, first)) reporter.on(event)
    reporter.close()
    reporter.close()
    expect(stream.text.match(/change/g)).toHaveLength(check ? 2 : 1)
  })

  const failure = (events: readonly Event[]): Event => ({
    ...(events.at(-1) as Extract<Event, { type: 'resource.end' }>),
    outcome: 'failed',
    failure: { code: 'x', message: 'it broke' },
  })
})

describe('live lines', () => {
  const at = (seconds: number) => Date.UTC(2026, 0, 12, 9, 0, seconds)
  const until = (seconds: number): Tally => {
    const tally = new Tally()
    for (const event of runs.failing()) if (Date.parse(event.at) <= at(seconds)) tally.on(event)
    return tally
  }
  const lines = (seconds: number, columns: number, rows = 24) =>
    liveLines(until(seconds), { style: styleOf(new Sink(), true), columns, rows, now: at(seconds) + 500 })

  it.each([80, 120, 200])('fit %i columns', async columns => {
    const frames = [3, 9, 12, 25, 31].map(seconds => [`at ${seconds} s`, '', ...lines(seconds, columns)].join('\n'))
    for (const line of frames.join('\n').split('\n')) expect(line.length).toBeLessThan(columns)
    await expect(frames.join('\n\n')).toMatchFileSnapshot(golden(`live-${columns}`))
  })

  it('leave out idle hosts where rows are short', () => {
    expect(lines(31, 80, 6).join('\n')).toMatch(/worker1 .*\n.*store .*\n.*and 1 host more/)
  })
})

describe('colour', () => {
  it.each([
    [{}, false],
    [{ FORCE_COLOR: '1' }, true],
    [{ NO_COLOR: '1' }, false],
  ])('on a pipe with %j: %s', (env, coloured) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
    expect(told(runs.quiet()).includes('\u001b[')).toBe(coloured)
  })
})

describe('a terminal', () => {
  it('keeps live lines below, and leaves none behind', async () => {
    const stream = new Sink(100, true)
    const reporter = prettyReporter({ stream, tty: true, verbose: false, diff: false })
    const events = runs.failing(Date.now())
    for (const event of events.slice(0, 5)) reporter.on(event)
    await vi.waitFor(() => expect(stream.text).toContain('objects'), { timeout: 30_000 })
    for (const event of events.slice(5)) reporter.on(event)
    await reporter.close()
    const end = stream.text.slice(stream.text.indexOf('PLAY RECAP'))
    expect(end).toContain('To resume:')
    expect(end).not.toMatch(/\u001b\[\d*[A-G]/)
  })
})
