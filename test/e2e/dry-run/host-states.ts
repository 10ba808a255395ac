import { say } from '../proof.ts'
import { randomFrom } from '../random.ts'
import type { Bed, Host } from './bed.ts'
import { beforeFirstRun } from './blank-injections.ts'
import { drawsOf } from './host-injections.ts'
import { type Injection, type Looks, lookAt, readLooks, someOf } from './injection.ts'
import { differsFromNoted, noteState } from './purity.ts'
import type { Account, Score } from './score.ts'

/** Those that are of a host which nobody has run anything on: each of the two at first, and now and then made anew. */
const isBlank = (number: number): boolean => number <= 2 || number % 45 === 0
const mostAtOnce = 8

/**
 * A random walk: each state is made of what the run before it has left, for that run is needed anyway to see what really
 * changes, and a disk put back would take a stop and a start of the host besides. A state depends on its own number and
 * the seed only, so it can be made again alone.
 */
export async function hostState(bed: Bed, host: Host, number: number, seed: number, score: Score): Promise<void> {
  const random = randomFrom(seed * 10_000 + number)
  if (isBlank(number)) return blankState(bed, host, number, random, score)
  const chosen = someOf(drawsOf[host], 1 + Math.floor(random() * mostAtOnce), random)
  // Not with what a host cannot start with, or starts over and over: it would be another one at every look.
  const odd = chosen.some(({ what, becomes }) => becomes === 'refused' || /pipe|registry|containerd/.test(what))
  const restarts = random() < 0.15 && !odd
  const whats = [...chosen.map(({ what }) => what), ...(restarts ? ['power cut'] : [])]
  const state = `state ${number}, ${host} (${whats.join('; ')})`

  const sound = readLooks(await bed.on(host, lookAt(chosen)))
  await bed.on(host, chosen.map(({ script }) => script).join('\n'))
  if (restarts) await bed.restart(host)
  const spoilt = readLooks(await bed.on(host, `${lookAt(chosen)}\n(${noteState}\n)`))
  const foreseen = await bed.account(host, 'check')
  for (const line of linesOf(await bed.on(host, `(${differsFromNoted}\n) || :`)))
    score.fault(state, `the check changed something: ${line}`)
  const happened = await bed.account(host, 'run')
  const differs = score.add(state, foreseen, happened)
  const after = readLooks(await bed.on(host, lookAt(chosen)))
  chosen.forEach((one, at) => {
    const wrong = wrongAbout(one, at, { sound, spoilt, after })
    if (wrong) score.fault(state, wrong)
  })
  const undo = chosen.flatMap(({ undo = [] }) => undo)
  if (undo.length > 0) await bed.on(host, undo.join('\n'))
  await settled(bed, host, state, score)
  const outcome = foreseen.failed ? `refused: ${foreseen.failed}` : `${happened.changes.length} changes`
  say(`${state}: ${outcome}${notKnown(foreseen)}${differs.length > 0 ? `, ${differs.length} DIFFER` : ''}`)
  for (const difference of differs) say(`  ${difference}`)
}

/** A host that nobody has run anything on, though somebody has been there. */
async function blankState(bed: Bed, host: Host, number: number, random: () => number, score: Score): Promise<void> {
  if (number > 2) await bed.remake(host)
  const chosen = beforeFirstRun.filter(() => random() < 0.3)
  const state = `state ${number}, ${host}, made anew (${chosen.map(([what]) => what).join('; ') || 'as it is'})`
  await bed.on(host, [...chosen.map(([, script]) => script), `(${noteState}\n)`].join('\n'))
  const foreseen = await bed.account(host, 'check')
  for (const line of linesOf(await bed.on(host, `(${differsFromNoted}\n) || :`)))
    score.fault(state, `the check changed something: ${line}`)
  const happened = await bed.account(host, 'run')
  const differs = score.add(state, foreseen, happened)
  await settled(bed, host, state, score)
  const outcome = `${happened.changes.length} changes${notKnown(foreseen)}`
  say(`${state}: ${outcome}${differs.length > 0 ? `, ${differs.length} DIFFER` : ''}`)
  for (const difference of differs) say(`  ${difference}`)
}

/** Nothing where everything is known. */
const notKnown = ({ unknown, reasons }: Account): string =>
  unknown.length === 0 ? '' : `, ${unknown.length} not known (${reasons.join('; ')}): ${unknown.join(', ')}`

const linesOf = (text: string): readonly string[] => text.split('\n').filter(Boolean)

interface ThreeLooks {
  readonly sound: Looks
  readonly spoilt: Looks
  readonly after: Looks
}

/** By what the host's own programs say of it. */
function wrongAbout(
  { what, becomes }: Injection,
  at: number,
  { sound, spoilt, after }: ThreeLooks,
): string | undefined {
  const wished = becomes === 'mended' ? sound[at] : spoilt[at]
  if (after[at] === wished) return undefined
  const word = becomes === 'mended' ? 'was not mended' : 'was touched, and is nobody’s to touch'
  return `${what} ${word}: ${JSON.stringify(wished)} is now ${JSON.stringify(after[at])}`
}

/** What is left to do after a run, or had to be done after something was taken back, is brought about, and told. */
async function settled(bed: Bed, host: Host, state: string, score: Score): Promise<void> {
  const left = await bed.account(host, 'check')
  if (left.changes.length === 0 && left.unknown.length === 0 && left.failed === undefined) return
  for (const change of left.changes) score.fault(state, `still to change after the run: ${change}`)
  for (const one of left.unknown) score.fault(state, `not known after the run: ${one}`)
  const again = await bed.account(host, 'run')
  if (left.failed || again.failed) throw new Error(`${state}: ${host} cannot be brought back: ${again.why ?? left.why}`)
}
