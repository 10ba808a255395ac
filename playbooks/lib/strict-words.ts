import { usageError } from '../../engine/errors.ts'
import type { LabHosts } from '../../engine/inventory/lab.ts'
import type { Step } from '../../engine/play/step.ts'
import { didYouMean } from '../../engine/suggest.ts'

/** The words of a playbook, or its roles: asking for one that does not exist is refused, with the closest there is. */
export function strictWords<T extends object>(playbook: string, what: string, words: T): T {
  return new Proxy(words, {
    get(target, name) {
      if (typeof name === 'symbol' || name in target) return Reflect.get(target, name)
      throw usageError({
        code: 'playbook-word-unknown',
        message: `There is no ${what} ${name}`,
        place: placeOf(playbook),
        next: didYouMean(name, Object.keys(target), 'there are'),
      })
    },
  })
}

/**
 * Refuses a play for a group or host that nobody knows: it would run on nobody, and end well. Groups that the lab's own
 * roles speak of may be empty.
 */
export function refuseUnknownGroups(
  playbook: string,
  steps: readonly Step[],
  { groups, hosts, file }: Pick<LabHosts, 'groups' | 'hosts' | 'file'>,
  labGroups: readonly string[],
): void {
  // An inventory knows every group that a play names: what tells a slip is that nobody is in it.
  const peopled = [...groups].filter(([, members]) => members.length > 0).map(([group]) => group)
  const known = [...new Set([...peopled, ...hosts.map(({ name }) => name), ...labGroups])]
  for (const { title, groups: named } of steps) {
    const unknown = named.find(group => !known.includes(group))
    if (unknown === undefined) continue
    throw usageError({
      code: 'group-unknown',
      message: `There is no group or host ${unknown} for the play "${title}"`,
      place: placeOf(playbook),
      cause: `neither ${file} nor any role knows it, so the play would run on nobody`,
      next: didYouMean(unknown, known, 'there are'),
    })
  }
}

/** Refuses `--take-over` of a host that the lab does not have: what was meant would then be left as it is. */
export function refuseUnknownTakeOver(
  takeOver: readonly string[],
  { hosts, file }: Pick<LabHosts, 'hosts' | 'file'>,
): void {
  const names = hosts.map(({ name }) => name)
  for (const host of takeOver) {
    if (names.includes(host)) continue
    throw usageError({
      code: 'unknown-host',
      message: `--take-over: ${file} has no host ${host}`,
      place: '--take-over',
      next: didYouMean(host, names, 'there are'),
    })
  }
}

const placeOf = (playbook: string): string => `the playbook ${playbook}`
