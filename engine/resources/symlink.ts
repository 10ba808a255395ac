import type { Resource } from '../resource/resource.ts'
import { sh } from '../shell/sh.ts'
import { compare } from './changes.ts'
import { pathProbe } from './file.ts'
import { checkName, checkPath } from './names.ts'
import { occupied } from './occupied.ts'
import type { PathState } from './path-state.ts'

/** A symbolic link at `path` to `target`, which need not exist. Replaces a file, never a directory. */
export function symlink({ path, target }: { path: string; target: string }): Resource<PathState> {
  checkPath(path)
  checkName('link target', target, /^[^\0-\x1f\x7f]+$/)
  return {
    // Of the same kind as a file: a list must not wish both at one path.
    kind: 'file',
    id: path,
    probe: pathProbe(path),
    diff: is =>
      compare(
        { type: 'symlink', target },
        is.is === 'present' ? { type: is.state.type, target: is.state.target ?? null } : {},
      ),
    refuse: is => occupied(path, 'link', is.is === 'present' ? is.state : null),
    apply: async on => {
      const script = sh`
parent=${path}; parent=\${parent%/*}; new=$(mktemp -u "$parent/.tmp-XXXXXXXX")
ln -s -- ${target} "$new"
mv -fT -- "$new" ${path} || { rm -f -- "$new"; exit 1; }`
      await on.run(script, { what: `link ${path} to ${target}` })
    },
  }
}
