import type { Resource } from '../resource/resource.ts'
import { present } from '../resource/resource.ts'
import { sh } from '../shell/sh.ts'
import { bootFileAbsent } from './boot-file-absent.ts'
import { compare } from './changes.ts'
import { partChanges, putFile, rootFile, withFile } from './file-part.ts'
import { partText } from './file-text.ts'
import { checkName } from './names.ts'
import { fileOccupied } from './occupied.ts'
import { type PathState, pathScript, readPath } from './path-state.ts'
import { heading, section } from './sections.ts'

export type SysctlState = {
  /** Those of the wished settings that the kernel has. */
  readonly live: Readonly<Record<string, string>>
  readonly file: PathState | null
}

const confFile = (name: string): string =>
  `/etc/sysctl.d/${checkName('sysctl file as NN-name', name, /^[0-9]{2}-[a-z0-9][a-z0-9_-]*$/)}.conf`

/** `net.ipv4.conf.eth0/1.forwarding` is conf/eth0.1/forwarding: dots and slashes change places. */
function procPath(setting: string): string {
  checkName('sysctl', setting, /^[a-z0-9_]+([./][A-Za-z0-9_-]+)+$/)
  return `/proc/sys/${setting.replace(/[./]/g, char => (char === '.' ? '/' : '.'))}`
}

const normal = (value: string): string => value.trim().split(/\s+/).join(' ')

/** Kernel settings now, and at boot by /etc/sysctl.d/NAME.conf, e.g. `{ name: '90-kubernetes' }`. */
export function sysctl(
  values: Readonly<Record<string, string | number>>,
  { name }: { readonly name: string },
): Resource<SysctlState> {
  const wish = Object.fromEntries(Object.entries(values).map(([setting, value]) => [setting, normal(String(value))]))
  for (const value of Object.values(wish)) checkName('sysctl value', value, /^[\x20-\x7e]+$/)
  const paths = new Map(Object.keys(wish).map(setting => [setting, procPath(setting)]))
  const lines = Object.entries(wish).map(([setting, value]) => `${setting} = ${value}\n`)
  const file = rootFile(confFile(name), lines.join(''))
  return {
    kind: 'sysctl',
    id: name,
    probe: {
      of: 'host',
      merge: 'sysctl',
      keys: [...paths.values(), file.path],
      script: sysctlScript,
      parse: output => {
        const found = new Map(section(output, 'live').split('\n').map(splitAtColon))
        const live = [...paths].flatMap(([setting, path]) => {
          const value = found.get(path)
          return value === undefined ? [] : [[setting, normal(value)]]
        })
        return present({ live: Object.fromEntries(live), file: readPath(section(output, 'files'), file.path) })
      },
    },
    diff: is => [
      ...compare(wish, is.is === 'present' ? is.state.live : {}),
      ...partChanges('at boot', file, is.is === 'present' ? is.state.file : null),
    ],
    refuse: fileOccupied(file),
    texts: is => [partText('at boot', file, is.is === 'present' ? is.state.file : null)],
    apply: async (on, is) => {
      const state = is.is === 'present' ? is.state : undefined
      const differing = compare(wish, state?.live ?? {}).map(({ attribute }) => attribute)
      const set = differing.map(setting => sh`printf '%s\n' ${wish[setting] ?? ''} > ${paths.get(setting) ?? ''}`)
      if (set.length === 0) return putFile(on, file)
      await on.run(set.join('\n'), { what: `set ${differing.join(' ')}`, ...withFile(file, state?.file ?? null) })
    },
  }
}

/** Not set at boot any more. What is set now stays until then: nobody knows what it was before. */
export const sysctlAbsent = (name: string): Resource<SysctlState> =>
  bootFileAbsent({
    kind: 'sysctl',
    id: name,
    script: sysctlScript,
    path: confFile(name),
    state: file => ({ live: {}, file }),
  })

/** The shell's own `read` takes byte after byte, and the kernel answers the first only; one grep reads them all. */
function sysctlScript(keys: readonly string[]): string {
  const live = keys.filter(key => key.startsWith('/proc/'))
  return [
    heading('live'),
    live.length > 0 ? sh`grep -s '' /dev/null ${live}` : '',
    heading('files'),
    pathScript(keys.filter(key => !key.startsWith('/proc/'))),
  ].join('\n')
}

function splitAtColon(line: string): [string, string] {
  const at = line.indexOf(':')
  return [line.slice(0, at), line.slice(at + 1)]
}
