import type { Resource } from '../resource/resource.ts'
import { present } from '../resource/resource.ts'
import { sh } from '../shell/sh.ts'
import { compare } from './changes.ts'
import { partChanges, rootFile, withFile } from './file-part.ts'
import { partText } from './file-text.ts'
import { checkName } from './names.ts'
import { fileOccupied } from './occupied.ts'
import { type PathState, pathScript, readPath } from './path-state.ts'
import { heading, section } from './sections.ts'

export type HostnameState = { readonly live: string; readonly file: PathState | null }

/** The host's name now, and at boot by /etc/hostname. List its entry in /etc/hosts before it: sudo looks the name up. */
export function hostname(name: string): Resource<HostnameState> {
  checkName('host name', name, /^(?=.{1,63}$)[a-z0-9]+(-+[a-z0-9]+)*(\.[a-z0-9]+(-+[a-z0-9]+)*)*$/)
  const file = rootFile('/etc/hostname', `${name}\n`)
  return {
    kind: 'hostname',
    id: 'hostname',
    probe: {
      of: 'host',
      keys: [file.path],
      script: paths =>
        [
          heading('live'),
          'read -r name </proc/sys/kernel/hostname; echo "$name"',
          heading('files'),
          pathScript(paths),
        ].join('\n'),
      parse: output => present({ live: section(output, 'live'), file: readPath(section(output, 'files'), file.path) }),
    },
    diff: is => [
      ...compare({ live: name }, is.is === 'present' ? { live: is.state.live } : {}),
      ...partChanges('at boot', file, is.is === 'present' ? is.state.file : null),
    ],
    refuse: fileOccupied(file),
    texts: is => [partText('at boot', file, is.is === 'present' ? is.state.file : null)],
    apply: async (on, is) => {
      const found = is.is === 'present' ? is.state.file : null
      const script = sh`printf '%s\n' ${name} > /proc/sys/kernel/hostname`
      await on.run(script, { what: `name the host ${name}`, ...withFile(file, found) })
    },
  }
}
