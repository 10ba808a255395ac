import { known } from '../resource/late.ts'
import type { HostProbe } from '../resource/probe.ts'
import { absent, present, type Ref, type Resource } from '../resource/resource.ts'
import { sh } from '../shell/sh.ts'
import { removal } from './changes.ts'
import type { Content } from './content.ts'
import { fileChanges, putFile, uploadOf } from './file-part.ts'
import { partText } from './file-text.ts'
import { checkMode, checkPath, ownerPair } from './names.ts'
import { occupied } from './occupied.ts'
import { type PathState, pathScript, readPath } from './path-state.ts'

export interface FileOptions {
  readonly path: string
  /** The whole of it: files are never edited in place. */
  readonly content: Content
  /** Default `0644`. */
  readonly mode?: string
  /** `user`, `user:group` or numbers. Default `root`. */
  readonly owner?: string | number
  readonly after?: readonly Ref[]
}

/** All paths of a play are read as one fragment. */
export const pathProbe = (path: string): HostProbe<PathState> => ({
  of: 'host',
  merge: 'path',
  keys: [path],
  script: pathScript,
  parse: output => {
    const found = readPath(output, path)
    return found ? present(found) : absent
  },
})

/** One regular file, replaced in one step when it differs. Its directory must be there. */
export function file({ path, content, mode = '0644', owner = 'root', after }: FileOptions): Resource<PathState> {
  const part = { path: checkPath(path), content, mode: checkMode(mode), owner: ownerPair(owner) }
  return {
    kind: 'file',
    id: path,
    ...(after && { after }),
    probe: pathProbe(path),
    diff: is => fileChanges(part, is.is === 'present' ? is.state : null),
    refuse: is => occupied(path, 'file', is.is === 'present' ? is.state : null),
    texts: is => [partText('content', part, is.is === 'present' ? is.state : null)],
    puts: is =>
      (is.is === 'present' && is.state.type === 'directory') || known(content) === undefined
        ? undefined
        : uploadOf(part),
    apply: on => putFile(on, part),
  }
}

/** No file and no symbolic link at the path. A directory there makes it fail. */
export function fileAbsent(path: string): Resource<PathState> {
  return {
    kind: 'file',
    id: checkPath(path),
    probe: pathProbe(path),
    diff: is => (is.is === 'present' ? removal(is.state.type) : []),
    apply: async on => {
      await on.run(sh`rm -f -- ${path}`, { what: `remove ${path}` })
    },
  }
}
