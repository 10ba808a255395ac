import type { Change, Json } from '../report/events.ts'
import { Secret } from '../shell/secret.ts'
import type { Asked } from './ask.ts'
import { known, type Late } from './late.ts'
import type { Answer, AnyResource } from './resource.ts'
import { shownText, type TextPart, type TextState } from './text-part.ts'

type Compare = (name: string, before: string | null, after: string) => string | undefined
type Read = (asked: readonly Asked[]) => Promise<ReadonlyMap<Asked, Answer<Json>>>

/** Adds to changes of one resource what differs in their texts. */
export type Explain = (resource: AnyResource, changes: readonly Change[]) => readonly Change[]

const nothing = { change: () => false }

/**
 * Reads the texts that are going to change, all in one round trip, before anything does. Where none is, nothing is read
 * and no content travels.
 */
export async function readTexts(start: ReadonlyMap<AnyResource, Answer<Json>>, read: Read): Promise<Explain> {
  const asked = [...start].flatMap(([resource, answer]) => toRead(resource, answer))
  const found = asked.length > 0 ? await read(asked) : new Map<Asked, Answer<Json>>()
  // Loaded here, for only a run that shows differences has to wait for it.
  const { unifiedDiff } = await import('./unified-diff.ts')
  const byName = new Map([...found].map(([{ id }, answer]) => [id, answer as Answer<TextState>]))
  return (resource, changes) => {
    const parts = partsOf(resource, start.get(resource))
    return changes.map(change => {
      const part = parts.find(({ attribute }) => attribute === change.attribute)
      const shown = part && difference(part, byName.get(part.name), unifiedDiff)
      // What is late itself says so.
      return shown && !(isLate(change.after) && 'noText' in shown) ? { ...change, ...shown } : change
    })
  }
}

function partsOf(resource: AnyResource, answer: Answer<Json> | undefined): readonly TextPart[] {
  return !resource.texts || !answer || answer.is === 'unknown' ? [] : resource.texts(answer)
}

/** What must be fetched to show one resource's differences. */
function toRead(resource: AnyResource, answer: Answer<Json>): readonly Asked[] {
  const probes = partsOf(resource, answer).flatMap(({ attribute, name, before, after }) =>
    before !== null && typeof before === 'object' && typeof known(after) === 'string'
      ? [{ attribute, asked: { kind: 'text', id: name, probe: before } }]
      : [],
  )
  if (probes.length === 0 || answer.is === 'unknown') return []
  const changing = new Set(resource.diff(answer, nothing).map(({ attribute }) => attribute))
  return probes.flatMap(({ attribute, asked }) => (changing.has(attribute) ? [asked] : []))
}

function difference(
  { name, before, after }: TextPart,
  read: Answer<TextState> | undefined,
  unifiedDiff: Compare,
): Pick<Change, 'text' | 'noText'> {
  const wished = known(after)
  if (wished === undefined) return { noText: `${(after as Late<unknown>).what} is known after create` }
  if (wished instanceof Secret) return { noText: 'a secret' }
  const [old, young] = [textBefore(before, read), shownText(Buffer.from(wished))]
  if ('hidden' in old) return { noText: old.hidden }
  if ('hidden' in young) return { noText: young.hidden }
  const text = unifiedDiff(name, old.text, young.text)
  return text === undefined ? { noText: 'nearly all of it differs' } : { text }
}

const isLate = (value: Change['after']): boolean =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && 'late' in value

function textBefore(
  before: TextPart['before'],
  read: Answer<TextState> | undefined,
): { readonly text: string | null } | { readonly hidden: string } {
  if (before === null) return { text: null }
  if (typeof before === 'string') return shownText(Buffer.from(before))
  if (!read) return { hidden: 'it came to differ during the run' }
  if (read.is === 'unknown') return { hidden: `not read: ${read.why}` }
  return read.is === 'absent' ? { text: null } : read.state
}
