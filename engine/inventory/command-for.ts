import { quote } from '../shell/quote.ts'
import { calledAs } from './called-as.mjs'

/** The inventory of a command line that names none. */
export const defaultInventory = 'local'

/** What a command was asked for that says which lab it is of, and which part of that lab. */
export interface Asked {
  readonly inventory?: string | undefined
  readonly limit?: string | undefined
  readonly source?: 'mirror' | 'upstream' | undefined
  readonly takeOver?: readonly string[]
  readonly pruneData?: boolean
}

/** The same as words of a command line: `['--inventory', 'my.yaml', '--limit', 'workers']`. */
export function wordsOf({ inventory = defaultInventory, limit, source, takeOver = [], pruneData }: Asked): string[] {
  return [
    ...(inventory === defaultInventory ? [] : ['--inventory', inventory]),
    ...(limit === undefined ? [] : ['--limit', limit]),
    ...(source === undefined ? [] : ['--source', source]),
    ...takeOver.flatMap(host => ['--take-over', host]),
    ...(pruneData ? ['--prune-data'] : []),
  ]
}

/**
 * A command on this very lab, fit to be copied into a shell: `npx zx playbooks/up.mjs --inventory my.yaml`. Without the
 * inventory it would be another lab's. Every command that is proposed for a lab comes from here.
 */
export function commandFor(
  { asked = {} }: { readonly asked?: Asked },
  playbook: string,
  ...more: readonly string[]
): string {
  const { source, ...named } = asked
  // Only up takes packages from anywhere.
  const words = wordsOf(playbook === 'up' ? asked : named)
  return [calledAs(playbook), ...[...words, ...more].map(quote)].join(' ')
}
