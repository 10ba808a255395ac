import { present, type Resource } from '../resource/resource.ts'
import { sh } from '../shell/sh.ts'
import { removal } from './changes.ts'
import { type PathState, readPath } from './path-state.ts'
import { section } from './sections.ts'

interface BootFile<S> {
  readonly kind: string
  readonly id: string
  /** The fragment that also asks for the live part; of a file alone it reads nothing else. */
  readonly script: (keys: readonly string[]) => string
  readonly path: string
  readonly state: (file: PathState | null) => S
}

/** No file of ours that would set something at boot. What is set by now stays until then. */
export function bootFileAbsent<S extends { readonly file: PathState | null }>({
  kind,
  id,
  script,
  path,
  state,
}: BootFile<S>): Resource<S> {
  return {
    kind,
    id,
    probe: {
      of: 'host',
      merge: kind,
      keys: [path],
      script,
      parse: output => present(state(readPath(section(output, 'files'), path))),
    },
    diff: is => (is.is === 'present' && is.state.file ? removal() : []),
    apply: async on => {
      await on.run(sh`rm -f -- ${path}`, { what: `remove ${path}` })
    },
  }
}
