import type { Sample } from '../results.ts'

/** The same, begun later by so many: who comes first in one round comes last in the next. */
export const turned = <T>(list: readonly T[], by: number): readonly T[] => {
  const at = by % list.length
  return [...list.slice(at), ...list.slice(0, at)]
}

/** A line of progress. */
export function sampleWords(
  round: number,
  name: string,
  { seconds, cpuSeconds = 0, hostCpuSeconds = 0, othersCpuSeconds = 0 }: Sample,
): string {
  const here = `${cpuSeconds.toFixed(2)} s of this machine's processors, ${hostCpuSeconds.toFixed(1)} of the hosts'`
  return `round ${round}: ${name.padEnd(22)} ${seconds.toFixed(2)} s (${here}, ${othersCpuSeconds.toFixed(1)} of others')`
}
