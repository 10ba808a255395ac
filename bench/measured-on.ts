import type { Results } from './results.ts'

/** The line under a table: when and of what its figures are. Those that were seen while others worked say so, and what `thus`. */
export function measuredOn(
  { commit, load }: { readonly commit: string; readonly load: number },
  { date, machine }: Results,
  thus = '',
): string {
  const busy = load > machine.count / 2 ? ` The machine had other work (load ${load.toFixed(1)})${thus}.` : ''
  return `Measured on ${date} at ${commit}.${busy}`
}
