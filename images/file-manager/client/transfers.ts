import { setMaxListeners } from 'node:events'
import pLimit from 'p-limit'
import { smallUpload } from '../protocol/limits.ts'
import type { Session } from '../protocol/session.ts'
import type { Direction, Reporter, Tally } from './events.ts'
import type { Link } from './link.ts'
import { persistently } from './persistence.ts'
import { type Exit, exits, type Problem, problemOf } from './problem.ts'
import type { Moved, Moving } from './upload.ts'

/** One file that is to travel. */
export interface Transfer {
  readonly name: string
  /** Bytes, where they are known. */
  readonly size: number | undefined
  /** One attempt. */
  run(session: Session, moving: Moving): Promise<Moved & { readonly same?: boolean }>
  /** Asked when an attempt has failed: true to try again, in another way. */
  again?(error: unknown): Promise<boolean>
}

export interface TransferOptions {
  readonly link: Link
  readonly report: Reporter
  readonly signal: AbortSignal
}

/** Small files travel side by side, for most of their time is waiting, at the end for the disk of who receives them; large ones fill the line by themselves. */
const smallAtOnce = { upload: 256, download: 1024 }
const largeAtOnce = 2
/** Where sizes are not known they may all be large. */
const unknownAtOnce = 4

/** All of them, each again when its connection is lost. The exit status of the first failure; `done` when there is none. */
export async function transferAll(
  direction: Direction,
  transfers: readonly Transfer[],
  options: TransferOptions,
): Promise<Exit> {
  const tally = tallyOf(direction, transfers)
  const { report, signal } = options
  report.tell({ type: 'transfers.begin', direction, files: transfers.length })
  const unwatch = report.watch(tally)
  // Each request of thousands that are under way listens to it.
  setMaxListeners(0, signal)
  const lanes = { small: pLimit(smallAtOnce[direction]), large: pLimit(largeAtOnce), unknown: pLimit(unknownAtOnce) }
  let first: Problem | undefined
  await Promise.all(
    transfers.map(transfer =>
      lanes[laneOf(transfer)](async () => {
        if (signal.aborted || stops(first)) tally.untried++
        else {
          const problem = await one(transfer, tally, options)
          if (problem !== undefined) first ??= problem
        }
      }),
    ),
  )
  unwatch()
  report.tell({ type: 'transfers.end', tally })
  return signal.aborted ? exits.interrupted : (first?.exit ?? exits.done)
}

/** What one file has met others would meet too. */
const stops = (problem: Problem | undefined): boolean =>
  problem !== undefined && (problem.exit === exits.refused || problem.exit === exits.unreachable)

const laneOf = ({ size }: Transfer) => (size === undefined ? 'unknown' : size <= smallUpload ? 'small' : 'large')

/** What it failed with. */
async function one(transfer: Transfer, tally: Tally, options: TransferOptions): Promise<Problem | undefined> {
  const { report } = options
  const { direction } = tally
  const began = performance.now()
  try {
    const { same, ...moved } = await persistent(transfer, tally, options)
    const outcome = same === true ? 'same' : 'done'
    tally[outcome]++
    const seconds = (performance.now() - began) / 1000
    report.tell({ type: 'transfer.end', direction, name: transfer.name, outcome, ...moved, seconds })
    return undefined
  } catch (error) {
    if (options.signal.aborted) {
      tally.untried++
      return undefined
    }
    tally.failed++
    const problem = problemOf(error, transfer.name)
    report.tell({ type: 'transfer.end', direction, name: transfer.name, outcome: 'failed', problem })
    return problem
  }
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

function tallyOf(direction: Direction, transfers: readonly Transfer[]): Tally {
  const expected = transfers.reduce((sum, { size }) => sum + (size ?? 0), 0)
  const nothing = { done: 0, same: 0, failed: 0, untried: 0, moved: 0, resumed: 0, name: '' }
  return { direction, files: transfers.length, began: performance.now(), expected, ...nothing }
}
