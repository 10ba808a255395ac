import type { Resource } from '../resource/resource.ts'
import { sh } from '../shell/sh.ts'
import { compare, removal } from './changes.ts'
import { pathProbe } from './file.ts'
import { ownerAs } from './file-part.ts'
import { checkMode, checkPath, ownerPair } from './names.ts'
import { occupied } from './occupied.ts'
import type { PathState } from './path-state.ts'

export interface DirectoryOptions {
  readonly path: string
  /** `user`, `user:group` or numbers. Default `root`. */
  readonly owner?: string | number
  /** Default `0755`. */
  readonly mode?: string
}

/** One directory; what it holds is not looked at. Missing parents are made, as root's and open to read. */
export function directory({ path, owner = 'root', mode = '0755' }: DirectoryOptions): Resource<PathState> {
  checkPath(path)
  const entry = { path, mode: checkMode(mode), owner: ownerPair(owner) }
  const wish = { type: 'directory', mode: entry.mode, owner: entry.owner }
  return {
    kind: 'directory',
    id: path,
    probe: pathProbe(path),
    diff: is => {
      if (is.is === 'absent') return compare(wish, {})
      const { type, mode } = is.state
      return compare(wish, type === 'directory' ? { type, mode, owner: ownerAs(wish.owner, is.state) } : { type })
    },
    refuse: is => occupied(path, 'directory', is.is === 'present' ? is.state : null),
    puts: is => (is.is === 'present' && is.state.type !== 'directory' ? undefined : entry),
    apply: on => on.makeDirectory(entry),
  }
}

/** No directory at the path. One that holds anything is kept, and that is an error: nobody said it may go. */
export function directoryAbsent(path: string): Resource<PathState> {
  return {
    kind: 'directory',
    id: checkPath(path),
    probe: pathProbe(path),
    diff: is => (is.is === 'present' ? removal(is.state.type) : []),
    apply: async on => {
      await on.run(sh`rmdir -- ${path}`, { what: `remove empty directory ${path}` })
    },
  }
}
