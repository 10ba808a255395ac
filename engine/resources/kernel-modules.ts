import type { Resource } from '../resource/resource.ts'
import { present } from '../resource/resource.ts'
import { sh } from '../shell/sh.ts'
import { bootFileAbsent } from './boot-file-absent.ts'
import { compare } from './changes.ts'
import { partChanges, rootFile, withFile } from './file-part.ts'
import { partText } from './file-text.ts'
import { checkName } from './names.ts'
import { fileOccupied } from './occupied.ts'
import { type PathState, pathScript, readPath } from './path-state.ts'
import { heading, section } from './sections.ts'

export type ModulesState = {
  /** Of the modules asked for, those that are loaded or part of the kernel. */
  readonly loaded: readonly string[]
  readonly file: PathState | null
}

const checkModule = (name: string): string => checkName('kernel module', name, /^[A-Za-z0-9_-]+$/)
/** The kernel's own spelling; `modprobe` and files on disk use both. */
const spelt = (module: string): string => module.replaceAll('-', '_')
const confFile = (name: string): string =>
  `/etc/modules-load.d/${checkName('name of a set of modules', name, /^[a-z0-9][a-z0-9_-]*$/)}.conf`

/** Modules loaded now, and at boot by /etc/modules-load.d/NAME.conf. What the kernel has built in is loaded. */
export function kernelModules(modules: readonly string[], { name }: { readonly name: string }): Resource<ModulesState> {
  const file = rootFile(confFile(name), `${modules.map(checkModule).join('\n')}\n`)
  const wish = Object.fromEntries(modules.map(module => [module, 'loaded']))
  return {
    kind: 'kernel-modules',
    id: name,
    probe: {
      of: 'host',
      merge: 'kernel-modules',
      keys: [...modules, file.path],
      script: modulesScript,
      parse: output => {
        const found = section(output, 'loaded').split('\n').map(spelt)
        const loaded = modules.filter(module => found.includes(spelt(module)))
        return present({ loaded, file: readPath(section(output, 'files'), file.path) })
      },
    },
    diff: is => {
      const loaded = is.is === 'present' ? is.state.loaded : []
      return [
        ...compare(wish, Object.fromEntries(loaded.map(module => [module, 'loaded']))),
        ...partChanges('at boot', file, is.is === 'present' ? is.state.file : null),
      ]
    },
    refuse: fileOccupied(file),
    texts: is => [partText('at boot', file, is.is === 'present' ? is.state.file : null)],
    apply: async (on, is) => {
      const found = is.is === 'present' ? is.state.file : null
      await on.run(sh`modprobe -a -- ${modules}`, { what: `load ${modules.join(' ')}`, ...withFile(file, found) })
    },
  }
}

/** Not loaded at boot any more. What is loaded stays until then, for something may be using it. */
export const kernelModulesAbsent = (name: string): Resource<ModulesState> =>
  bootFileAbsent({
    kind: 'kernel-modules',
    id: name,
    script: modulesScript,
    path: confFile(name),
    state: file => ({ loaded: [], file }),
  })

/** A module with neither parameters nor version shows in modules.builtin only; that file is long, so it is read last. */
function modulesScript(keys: readonly string[]): string {
  const names = keys.filter(key => !key.startsWith('/'))
  return [
    heading('loaded'),
    names.length > 0
      ? sh`
pattern=
for module in ${names.map(spelt)}; do
  if [ -e "/sys/module/$module" ]; then echo "$module"; else
    rest=$module; name=
    while :; do case $rest in (*_*) name=$name\${rest%%_*}[-_]; rest=\${rest#*_} ;; (*) break ;; esac; done
    pattern="$pattern\${pattern:+|}$name$rest"
  fi
done
if [ -n "$pattern" ]; then
  read -r release </proc/sys/kernel/osrelease
  file=/lib/modules/$release/modules.builtin
  if [ -e "$file" ]; then grep -Eo "/($pattern)\.ko" "$file" | while IFS= read -r line; do line=\${line#/}; echo "\${line%.ko}"; done; fi
fi`
      : '',
    heading('files'),
    pathScript(keys.filter(key => key.startsWith('/'))),
  ].join('\n')
}
