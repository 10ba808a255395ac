import { deepStrictEqual } from 'node:assert/strict'
import type { Connection } from '../connection/connection.ts'
import type { Json } from '../report/events.ts'
import { ask } from '../resource/ask.ts'
import { converge } from '../resource/converge.ts'
import type { HostWriter } from '../resource/host.ts'
import type { Absent, Answer, AnyResource, Present, Resource } from '../resource/resource.ts'

/** A host to try resources on, and a way to see whether anything was written there. */
export interface LawHost {
  readonly connection: Connection
  readonly writer: HostWriter
  /** A text that differs when anything on the host was written. */
  written(): Promise<string>
}

export interface LawCase {
  /** Its wish must not be met yet. */
  readonly wish: AnyResource
  /** Takes back what the wish brought about: afterwards the wish's probe must answer as it did before. */
  readonly undo?: AnyResource
}

const nothing = { change: () => false }

/**
 * Holds a resource to the laws that all must obey, on a real host: probing changes nothing, check mode never acts, after
 * apply nothing differs, applying twice equals once, and absent undoes present. Throws on the first that it breaks.
 */
export async function obeysLaws(host: LawHost, { wish, undo }: LawCase): Promise<void> {
  const untouched = await host.written()
  const start = await answerOf(host, wish)
  await checkMode(wish, start)
  deepStrictEqual(await host.written(), untouched, `${name(wish)}: probing or check mode wrote something`)

  await wish.apply(host.writer, start)
  const once = await answerOf(host, wish)
  settled(wish, once)

  await wish.apply(host.writer, once)
  const twice = await answerOf(host, wish)
  settled(wish, twice)
  deepStrictEqual(twice, once, `${name(wish)}: applying twice is not the same as once`)

  const converged = await host.written()
  deepStrictEqual(await answerOf(host, wish), twice, `${name(wish)}: two probes in a row disagree`)
  deepStrictEqual(await host.written(), converged, `${name(wish)}: probing changed what was there`)

  if (!undo) return
  const before = await answerOf(host, undo)
  if (undo.diff(before, nothing).length === 0) throw new Error(`${name(undo)}: its absence is met while it is there`)
  await undo.apply(host.writer, before)
  settled(undo, await answerOf(host, undo))
  deepStrictEqual(await answerOf(host, wish), start, `${name(undo)}: absent does not undo present`)
}

async function checkMode(wish: AnyResource, start: Answer<Json>): Promise<void> {
  const verdict = await converge(wish, {
    check: true,
    start: () => start,
    now: () => Promise.reject(new Error('check mode looked again')),
    again: () => Promise.reject(new Error('check mode applied')),
    will: nothing,
    alteredBy: () => undefined,
    writerFor: () => Promise.reject(new Error('check mode asked for a writer')),
  })
  if (verdict.outcome !== 'would-change') throw new Error(`${name(wish)}: nothing to change, so nothing is proven`)
}

/** A fresh answer, which must not be unknown. */
export async function answerOf<S extends Json>(
  host: Pick<LawHost, 'connection'>,
  resource: Resource<S>,
): Promise<Present<S> | Absent> {
  const session = () => Promise.reject(new Error('no API here'))
  const answer = (await ask([resource], { host: host.connection, session })).get(resource)
  if (!answer || answer.is === 'unknown') throw new Error(`${name(resource)} is unknown: ${answer?.why}`)
  return answer as Present<S> | Absent
}

function settled(resource: AnyResource, answer: Present<Json> | Absent): void {
  const left = resource.diff(answer, nothing)
  if (left.length > 0) throw new Error(`${name(resource)} still differs after it was applied: ${JSON.stringify(left)}`)
}

const name = ({ kind, id }: AnyResource): string => `${kind} ${id}`
