import { setTimeout as pause } from 'node:timers/promises'
import type { Event } from '../../engine/report/events.ts'
import { holds, say } from './proof.ts'
import type { SmallLab } from './small-lab.ts'

/** A stretch of a run, told by the events that begin and end it. */
export interface Stretch {
  begins(event: Event): boolean
  ends(event: Event): boolean
}

export interface Moment extends Stretch {
  readonly name: string
  /** Default `up`. */
  readonly playbook?: string
  /** The part of its length in which the kill falls, from 0 to 1. */
  readonly within: readonly [number, number]
  /** How long it is where no run has shown it yet. */
  readonly firstGuessSeconds: number
  /** Takes back what it does, and as little else as can be. */
  undo(): Promise<void>
}

/** One resource on one host. */
export const resource = (kind: string, host?: string, id?: string): Stretch => {
  const is = (event: Event): boolean =>
    (event.type === 'resource.start' || event.type === 'resource.end') &&
    event.kind === kind &&
    (host === undefined || event.host === host) &&
    (id === undefined || event.id === id)
  return {
    begins: event => event.type === 'resource.start' && is(event),
    ends: event => event.type === 'resource.end' && is(event),
  }
}

export const wholePlay = (name: string): Stretch => ({
  begins: event => event.type === 'play.start' && event.play === name,
  ends: event => event.type === 'play.end' && event.play === name,
})

/** A step of the mirror, by what it tells of its progress. */
export const mirrorStep = (task: string): Stretch => ({
  begins: event => event.type === 'progress' && event.task === task && event.ended === undefined,
  ends: event => event.type === 'progress' && event.task === task && event.ended === 'ok',
})

const tries = 3

/**
 * Kills a run and all it started in its group, at a random time within a stretch. How long that is, earlier runs have
 * shown; where this one was quicker, it is undone once more and tried with what it has shown.
 */
export async function killWithin(lab: SmallLab, moment: Moment, random: () => number, lengths: Lengths): Promise<void> {
  const [from, to] = moment.within
  for (let attempt = 1; attempt <= tries; attempt++) {
    await moment.undo()
    const known = lengths.of(moment)
    const seconds = (from + (to - from) * random()) * known
    const run = lab.start(moment.playbook ?? 'up', '--yes')
    const ended = run.until(moment.ends)
    holds((await run.until(moment.begins)) !== undefined, `a run that is to be killed in ${moment.name} comes to it`)
    const timer = new AbortController()
    const due = pause(seconds * 1000, true, { signal: timer.signal }).catch(() => false)
    const within = await Promise.race([due, ended.then(() => false)])
    timer.abort()
    run.kill('SIGKILL')
    const { exit, events } = await run.done
    holds(exit === null, `it was killed, and did not end by itself (exit status ${exit})`)
    if (within) return say(`killed ${seconds.toFixed(2)} s into ${moment.name}, of about ${known.toFixed(1)} s`)
    say(`${moment.name} was over before the ${seconds.toFixed(2)} s had passed: once more`)
    lengths.saw(events, moment)
  }
  throw new Error(`${moment.name} was over before its kill ${tries} times`)
}

/** How long moments were, as runs have shown. */
export class Lengths {
  readonly #seconds = new Map<string, number>()

  of({ name, firstGuessSeconds }: Moment): number {
    return this.#seconds.get(name) ?? firstGuessSeconds
  }

  /** The shortest counts: alone on the machine a phase is quicker than beside the others of a first `up`. */
  saw(events: readonly Event[], moment: Moment): void {
    const seconds = lengthIn(events, moment)
    if (seconds !== undefined) this.#seconds.set(moment.name, Math.min(seconds, this.of(moment)))
  }
}

function lengthIn(events: readonly Event[], { begins, ends }: Stretch): number | undefined {
  const [begin, end] = [events.find(begins), events.findLast(ends)]
  return begin && end && (Date.parse(end.at) - Date.parse(begin.at)) / 1000
}
