import type { Failure } from './events.ts'
import { foldNames, withoutName } from './names.ts'
import type { FailedAt } from './tally.ts'

/**
 * Failures of hosts that say the same but for whose they are, as one: `cp, worker1-3, role: kind <host>`. The others, and
 * who is told first, stay as they were; `order` is that of the lab's hosts.
 */
export function failuresTogether(failures: readonly FailedAt[], order: readonly string[]): readonly FailedAt[] {
  const groups = new Map<string, { readonly all: FailedAt[]; readonly alike: FailedAt }>()
  for (const failed of failures) {
    const alike = nameless(failed)
    const key = JSON.stringify(alike)
    const group = groups.get(key)
    if (group) group.all.push(failed)
    else groups.set(key, { all: [failed], alike })
  }
  return [...groups.values()].flatMap(({ all, alike }) => {
    const hosts = all.flatMap(({ host }) => host ?? [])
    if (all.length === 1 || hosts.length < all.length) return all
    const names = foldNames([...hosts].sort((one, other) => order.indexOf(one) - order.indexOf(other)))
    return [{ ...alike, where: alike.where.replace('<host>', names) }]
  })
}

/** What is left of it without the name of its host. */
function nameless({ where, failure, host }: FailedAt): FailedAt {
  if (host === undefined) return { where, failure }
  const text = <T extends string | undefined>(words: T): T => (words && withoutName(words, host)) as T
  const { code, message, place, cause, next, stderr } = failure
  const said: Failure = {
    ...{ code, message: text(message) },
    ...(place === undefined || place === host ? {} : { place: text(place) }),
    ...(cause === undefined ? {} : { cause: text(cause) }),
    ...(next === undefined ? {} : { next: text(next) }),
    ...(stderr === undefined ? {} : { stderr: stderr.map(text) }),
  }
  return { where: text(where), failure: said }
}
