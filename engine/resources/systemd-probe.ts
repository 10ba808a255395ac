import { basename } from 'node:path/posix'
import type { HostProbe } from '../resource/probe.ts'
import { absent, present } from '../resource/resource.ts'
import { sh } from '../shell/sh.ts'
import { invocationLink, markerOf, readFreshness, sumsOf } from './freshness.ts'
import { type PathState, pathScript, readPath } from './path-state.ts'
import { heading, section } from './sections.ts'

export type Mounted = { readonly source: string; readonly type: string }

export type UnitState = {
  /** `loaded`, `not-found`, `masked`, `bad-setting` ... */
  readonly load: string
  /** `active`, `reloading`, `inactive`, `failed`, `activating`, `deactivating`. */
  readonly active: string
  /** `enabled`, `disabled`, `static`, `masked` ...; empty where systemd knows no file. */
  readonly enabled: string
  /** What it reads and has read an older version of. */
  readonly stale: readonly string[]
  /** The unit's own file, where the resource holds it. */
  readonly file: PathState | null
  /** Topmost mount at the place of a mount unit. */
  readonly mounted: Mounted | null
}

export interface UnitQuestion {
  /** With its suffix. */
  readonly unit: string
  /** Files whose change makes the running unit stale. */
  readonly inputs: readonly string[]
  readonly file?: string
  /** Where a mount unit mounts. */
  readonly where?: string
}

/** All units of a play are one `systemctl show`; what is mounted is read from the kernel's table, never by stat. */
export function unitProbe({ unit, inputs, file, where }: UnitQuestion): HostProbe<UnitState> {
  const reads = file ? [...inputs, file] : inputs
  return {
    of: 'host',
    merge: 'systemd-unit',
    keys: [
      `unit ${unit}`,
      ...reads.flatMap(path => [`input ${path}`, `marker ${unit}`]),
      ...(file ? [`file ${file}`] : []),
      ...(where ? [`where ${where}`] : []),
    ],
    script: unitScript,
    parse: output => {
      if (output === 'no systemctl') return absent
      const properties = readUnit(section(output, 'units'), unit)
      const found = file ? readPath(section(output, 'files'), file) : null
      if (properties.LoadState === 'not-found' && !found) return absent
      return present({
        load: properties.LoadState ?? '',
        active: properties.ActiveState ?? '',
        enabled: properties.UnitFileState ?? '',
        stale: [
          ...readFreshness(output, unit, properties.InvocationID ?? '', reads, file),
          ...(properties.NeedDaemonReload === 'yes' || hasUnread(output, unit, properties) ? [unitFiles] : []),
        ],
        file: found,
        mounted: where ? readMount(section(output, 'mounts'), where) : null,
      })
    },
  }
}

/** What is stale where systemd has not read what stands beside the unit, or its file. */
export const unitFiles = 'unit files'

/**
 * Whether settings stand beside the unit that systemd has not read. It looks for new ones in a list of folders that it
 * brings up to date when it next loads some unit, and says until then that it needs no reload. An empty file, or a link to
 * /dev/null, takes away the settings of that name.
 */
function hasUnread(output: string, unit: string, { LoadState, DropInPaths = '' }: Properties): boolean {
  if (LoadState !== 'loaded') return false
  const read = new Set(DropInPaths.split(' ').map(path => basename(path)))
  const found = section(output, 'drop-ins').split('\n')
  return found.some(path => path.includes(`/${unit}.d/`) && !read.has(basename(path)))
}

const of = (kind: string, keys: readonly string[]): string[] =>
  keys.filter(key => key.startsWith(`${kind} `)).map(key => key.slice(kind.length + 1))

function unitScript(keys: readonly string[]): string {
  const [units, markers, inputs, wheres] = [of('unit', keys), of('marker', keys), of('input', keys), of('where', keys)]
  const wanted = 'Id,Names,LoadState,ActiveState,UnitFileState,InvocationID,NeedDaemonReload,DropInPaths'
  return [
    sh`command -v systemctl >/dev/null || { echo 'no systemctl'; exit 0; }`,
    heading('units'),
    sh`systemctl show --no-pager ${`--property=${wanted}`} -- ${units} || exit`,
    heading('drop-ins'),
    sh`for unit in ${units}; do
  for file in /etc/systemd/system/"$unit".d/*.conf /run/systemd/system/"$unit".d/*.conf /usr/lib/systemd/system/"$unit".d/*.conf
  do if [ -s "$file" ]; then echo "$file"; fi; done
done`,
    heading('files'),
    pathScript(of('file', keys)),
    heading('markers'),
    markers.length > 0 ? sh`grep -s '' /dev/null ${markers.map(markerOf)}; [ $? -le 2 ] || exit` : '',
    heading('times'),
    inputs.length > 0 ? sh`stat -c '%Z %n' -- ${[...markers.map(invocationLink), ...inputs]} 2>/dev/null` : '',
    heading('sums'),
    inputs.length > 0 ? sumsOf(inputs) : '',
    heading('mounts'),
    wheres.length > 0 ? sh`grep -F ${wheres.flatMap(where => ['-e', ` ${where} `])} /proc/self/mountinfo` : '',
    ':',
  ].join('\n')
}

type Properties = Readonly<Record<string, string>>

/** The block that names the unit: systemd may know it by another name first. */
function readUnit(output: string, unit: string): Properties {
  for (const block of output.split(/\n\n+/)) {
    const properties = Object.fromEntries(
      block.split('\n').map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    )
    // Names are escaped, the Id is not.
    if (properties.Id === unit || properties.Names?.split(' ').includes(unit)) return properties
  }
  throw new Error(`systemctl said nothing about ${unit}`)
}

/** Fields of /proc/self/mountinfo: `id parent major:minor root WHERE options tags... - TYPE SOURCE options`. */
function readMount(output: string, where: string): Mounted | null {
  const line = output.split('\n').findLast(line => line.split(' ')[4] === where)
  const [type, source] = line?.split(' - ')[1]?.split(' ') ?? []
  return type && source ? { type, source } : null
}
