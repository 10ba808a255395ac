import { quote } from '../shell/quote.ts'
import { calledAs } from './called-as.mjs'
import type { LabHosts } from './lab.ts'

/** The inventory of a command line that names none. */
export const defaultInventory = 'local'

/**
 * A command on this very lab, fit to be copied into a shell: `npx zx playbooks/up.mjs --inventory my.yaml`. Without the
 * inventory it would be another lab's.
 */
export function commandFor({ asked }: Pick<LabHosts, 'asked'>, playbook: string, ...more: readonly string[]): string {
  const { inventory = defaultInventory, source } = asked ?? {}
  const named = inventory === defaultInventory ? [] : ['--inventory', inventory]
  // Only up takes packages from anywhere.
  const from = source === undefined || playbook !== 'up' ? [] : ['--source', source]
  return [calledAs(playbook), ...[...named, ...from, ...more].map(quote)].join(' ')
}
