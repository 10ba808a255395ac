import { sh } from '../shell/sh.ts'
import { section } from './sections.ts'

/**
 * Whether a running unit has read its files as they are now.
 *
 * A marker says under which InvocationID, and with which content of the files, we started the unit. Where there is none
 * for the present invocation (a boot, or someone else, started it) clocks decide: the files must be older than the link
 * that systemd makes when a unit starts a process.
 *
 * A unit that starts none, a timer or a socket, has no such link. Its own file it has read when systemd last read it:
 * whether that is still so systemd says itself (NeedDaemonReload).
 */
const folder = '/run/andamio/fresh'
export const markerOf = (unit: string): string => `${folder}/${unit}`
export const invocationLink = (unit: string): string => `/run/systemd/units/invocation:${unit}`

/** Those of `inputs`, with its `own` file among them, that the unit has read an older version of. None if it does not run. */
export function readFreshness(
  output: string,
  unit: string,
  invocation: string,
  inputs: readonly string[],
  own?: string,
): readonly string[] {
  if (inputs.length === 0 || !/[1-9a-f]/.test(invocation)) return []
  const sums = byPath(section(output, 'sums'), /^\\?([0-9a-f]{64}) [ *](.*)$/)
  const times = byPath(section(output, 'times'), /^(\d+) (.*)$/)
  const marker = section(output, 'markers')
    .split('\n')
    .filter(line => line.startsWith(`${markerOf(unit)}:`))
    .map(line => line.slice(markerOf(unit).length + 1))
  if (marker[0] === invocation) {
    const read = byPath(marker.slice(1).join('\n'), /^\\?([0-9a-f]{64}) [ *](.*)$/)
    return inputs.filter(path => read.get(path) !== sums.get(path))
  }
  const link = times.get(invocationLink(unit))
  const read = link === undefined ? inputs.filter(path => path !== own) : inputs
  return read.filter(path => times.has(path) && Number(times.get(path)) >= Number(link ?? 0))
}

function byPath(output: string, pattern: RegExp): ReadonlyMap<string, string> {
  const entries = output.split('\n').flatMap(line => {
    const [, value, path] = line.match(pattern) ?? []
    if (value === undefined || path === undefined) return []
    return [[line.startsWith('\\') ? path.replaceAll('\\\\', '\\') : path, value] as const]
  })
  return new Map(entries)
}

/** As sha256sum writes them, of those that are files: reading a pipe would wait for somebody who writes into it. */
export const sumsOf = (paths: readonly string[]): string => sh`(
set --
for path in ${paths}; do if [ -f "$path" ]; then set -- "$@" "$path"; fi; done
[ $# -eq 0 ] || sha256sum -- "$@" 2>/dev/null
)`

/** Before the unit starts: the sums of what it is about to read. A change after this is a change that it has not read. */
export const sumInputs = (inputs: readonly string[]): string => `sums=$( ${sumsOf(inputs)} ) || :`

/** After it has started: the marker, in one step. */
export function writeMarker(unit: string): string {
  return sh`
invocation=$(systemctl show --property=InvocationID --value -- ${unit})
(umask 077; mkdir -p ${folder}; printf '%s\n%s\n' "$invocation" "$sums" > ${`${folder}/.new`})
mv -fT -- ${`${folder}/.new`} ${markerOf(unit)}`
}
