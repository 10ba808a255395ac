import { setMaxListeners } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import pLimit from 'p-limit'
import { packLimits } from '../protocol/limits.ts'
import type { Session } from '../protocol/session.ts'
import type { Direction, Reporter, Tally } from './events.ts'
import { groupsOf, laneOf, type Sized } from './groups.ts'
import type { Link } from './link.ts'
import type { PackResult } from './pack.ts'
import { persistently } from './persistence.ts'
import { type Exit, exits, type Problem, problemOf } from './problem.ts'
import type { Moved, Moving } from './upload.ts'

type Result = Moved & { readonly same?: boolean }

/** One file that is to travel. */
export interface Transfer extends Sized {
  readonly name: string
  /** One attempt. */
  run(session: Session, moving: Moving): Promise<Result>
  /** Asked when an attempt has failed: true to try again, in another way. */
  again?(error: unknown): Promise<boolean>
}

export interface TransferOptions<T extends Transfer = Transfer> {
  readonly link: Link
  readonly report: Reporter
  readonly signal: AbortSignal
  /** Moves small files in one request; see `PackResult`. Throws when it is not known what came of them. */
  pack(session: Session, transfers: readonly T[]): Promise<readonly PackResult[]>
}

/** Small files travel side by side, for most of their time is waiting, at the end for the disk of who receives them; large ones fill the line by themselves. */
const smallAtOnce = { upload: 256, download: 1024 }
const largeAtOnce = 2
/** Where sizes are not known they may all be large. */
const unknownAtOnce = 4

/**
 * All of them, so many `files`, each again when its connection is lost. The exit status of the first failure; `done` when
 * there is none. While the later ones are looked for, the earlier ones travel.
 */
export async function transferAll<T extends Transfer>(
  direction: Direction,
  files: number,
  transfers: Iterable<T>,
  options: TransferOptions<T>,
): Promise<Exit> {
  const tally = tallyOf(direction, files)
  const { report, signal } = options
  report.tell({ type: 'transfers.begin', direction, files })
  const unwatch = report.watch(tally)
  // Each request of thousands that are under way listens to it.
  setMaxListeners(0, signal)
  const lanes = { small: pLimit(smallAtOnce[direction]), large: pLimit(largeAtOnce), unknown: pLimit(unknownAtOnce) }
  let first: Problem | undefined
  const met = (problem: Problem | undefined): void => {
    if (problem !== undefined) first ??= problem
  }
  const alone = (transfer: Transfer): Promise<void> =>
    lanes[laneOf(transfer)](async () => {
      if (signal.aborted || stops(first)) tally.untried++
      else met(await one(transfer, tally, options))
    })
  const inTurn = pLimit(packLimits.open)
  // To begin one takes a while, in which the one before is to be on its way.
  const toBegin = pLimit(1)
  const packed = async (pack: readonly T[]): Promise<void> => {
    const left = await inTurn(async () => {
      await toBegin(() => setImmediate())
      return together(pack, tally, options, { met, stopped: () => stops(first) })
    })
    await Promise.all(left.map(alone))
  }
  const all: Promise<void>[] = []
  for (const group of groupsOf(transfers)) {
    for (const { size = 0 } of group) tally.expected += size
    const [only] = group
    const done = only !== undefined && group.length === 1 ? alone(only) : packed(group)
    done.catch(() => undefined) // it is awaited below
    all.push(done)
    await setImmediate()
  }
  await Promise.all(all)
  unwatch()
  report.tell({ type: 'transfers.end', tally })
  return signal.aborted ? exits.interrupted : (first?.exit ?? exits.done)
}

/** What one file has met others would meet too. */
const stops = (problem: Problem | undefined): boolean =>
  problem !== undefined && (problem.exit === exits.refused || problem.exit === exits.unreachable)

/** Those of a pack that are to travel alone after all. */
async function together<T extends Transfer>(
  pack: readonly T[],
  tally: Tally,
  options: TransferOptions<T>,
  { met, stopped }: { met(problem: Problem): void; stopped(): boolean },
): Promise<readonly T[]> {
  const { link, signal } = options
  if (signal.aborted || stopped()) {
    tally.untried += pack.length
    return []
  }
  const began = performance.now()
  const attempt = async (session: Session): Promise<readonly PackResult[]> => {
    tally.name = pack.at(-1)?.name ?? ''
    return session.welcome.version < 2 ? [] : options.pack(session, pack)
  }
  const results = await persistently(link, attempt, signal).catch(error => pack.map((): PackResult => ({ error })))
  const alone: T[] = []
  for (const [i, transfer] of pack.entries()) {
    const result = results[i] ?? 'alone'
    if (result === 'alone') alone.push(transfer)
    else if ('error' in result) {
      const problem = failed(transfer, result.error, tally, options)
      if (problem !== undefined) met(problem)
    } else {
      tally.moved += result.moved.size
      done(transfer, result.moved, began, tally, options)
    }
  }
  return alone
}

/** What it failed with. */
async function one(transfer: Transfer, tally: Tally, options: TransferOptions): Promise<Problem | undefined> {
  const began = performance.now()
  try {
    done(transfer, await persistent(transfer, tally, options), began, tally, options)
    return undefined
  } catch (error) {
    return failed(transfer, error, tally, options)
  }
}

function done({ name }: Transfer, result: Result, began: number, tally: Tally, { report }: TransferOptions): void {
  const { same, ...moved } = result
  const outcome = same === true ? 'same' : 'done'
  tally[outcome]++
  const seconds = (performance.now() - began) / 1000
  report.tell({ type: 'transfer.end', direction: tally.direction, name, outcome, ...moved, seconds })
}

function failed(
  { name }: Transfer,
  error: unknown,
  tally: Tally,
  { report, signal }: TransferOptions,
): Problem | undefined {
  if (signal.aborted) {
    tally.untried++
    return undefined
  }
  tally.failed++
  const problem = problemOf(error, name)
  report.tell({ type: 'transfer.end', direction: tally.direction, name, outcome: 'failed', problem })
  return problem
}

/** Goes on after a loss, for there are other servers. */
function persistent(transfer: Transfer, tally: Tally, { link, signal }: TransferOptions) {
  const attempt = async (session: Session): ReturnType<Transfer['run']> => {
    tally.name = transfer.name
    let [moved, resumed] = [0, 0]
    const moving: Moving = {
      signal,
      moved: bytes => {
        moved += bytes
        tally.moved += bytes
      },
      resumed: bytes => {
        resumed += bytes
        tally.resumed += bytes
      },
    }
    try {
      return await transfer.run(session, moving)
    } catch (error) {
      // What has moved is counted anew, as what is there already or as what moves again.
      tally.moved -= moved
      tally.resumed -= resumed
      if (!signal.aborted && (await transfer.again?.(error))) return attempt(session)
      throw error
    }
  }
  return persistently(link, attempt, signal)
}

function tallyOf(direction: Direction, files: number): Tally {
  const nothing = { done: 0, same: 0, failed: 0, untried: 0, moved: 0, expected: 0, resumed: 0, name: '' }
  return { direction, files, began: performance.now(), ...nothing }
}
