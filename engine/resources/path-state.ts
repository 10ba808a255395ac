import { sh } from '../shell/sh.ts'

/** What is found at a path, never followed if it is a symbolic link. */
export type PathState = {
  readonly type: 'file' | 'directory' | 'symlink' | 'other'
  /** Four octal digits. */
  readonly mode: string
  /** By number and by name: a wish may speak either way. */
  readonly ids: string
  readonly names: string
  /** `sha256:<hex>` of a regular file. */
  readonly sha256?: string
  /** Where a symbolic link points. */
  readonly target?: string
}

const types: Readonly<Record<number, PathState['type']>> = { 32768: 'file', 16384: 'directory', 40960: 'symlink' }

/**
 * Reads any number of paths with one `stat` and one `sha256sum`. A path that seems missing is asked for again, for only
 * ENOENT means missing and the shell's own test cannot tell it from an input error.
 */
export function pathScript(paths: readonly string[]): string {
  if (paths.length === 0) return ''
  return sh`
set --; for path in ${paths}; do { [ -e "$path" ] || [ -L "$path" ]; } && set -- "$@" "$path"; done
[ $# = 0 ] || stat -c '= %f %u:%g %U:%G %n' -- "$@"
set --; for path in ${paths}; do
  [ -L "$path" ] && printf '@ %s\n> %s\n' "$path" "$(readlink -- "$path")"
  [ -f "$path" ] && [ ! -L "$path" ] && set -- "$@" "$path"
done
[ $# = 0 ] || sha256sum -- "$@"
set --; for path in ${paths}; do
  [ -e "$path" ] || [ -L "$path" ] || { printf -- '- %s\n' "$path"; set -- "$@" "$path"; }
done
[ $# = 0 ] || stat -- "$@" 2>&1 >/dev/null
:`
}

/** What `pathScript` found at one of its paths, null where nothing is. Throws when that is not known. */
export function readPath(output: string, path: string): PathState | null {
  const lines = output.split('\n')
  const found = lines.find(line => line.startsWith('= ') && line.endsWith(` ${path}`) && statOf(line).path === path)
  if (found) return describe(statOf(found), lines)
  if (!lines.includes(`- ${path}`)) throw new Error(`nothing was said about ${path}`)
  const errors = lines.filter(line => line !== '' && !/^([=@>-] |\\?[0-9a-f]{64} )/.test(line))
  const other = errors.find(line => !/: (No such file or directory|Not a directory)$/.test(line))
  if (other !== undefined) throw new Error(other)
  if (errors.length === 0) throw new Error(`${path} appeared while it was looked at`)
  return null
}

interface Stat {
  readonly bits: number
  readonly ids: string
  readonly names: string
  readonly path: string
}

function statOf(line: string): Stat {
  const [, bits = '', ids = '', names = '', ...path] = line.split(' ')
  return { bits: Number.parseInt(bits, 16), ids, names, path: path.join(' ') }
}

function describe({ bits, ids, names, path }: Stat, lines: readonly string[]): PathState {
  const type = types[bits & 0xf000] ?? 'other'
  const state = { type, mode: (bits & 0o7777).toString(8).padStart(4, '0'), ids, names }
  if (type === 'file') return { ...state, sha256: hashOf(lines, path) }
  if (type !== 'symlink') return state
  const target = lines[lines.indexOf(`@ ${path}`) + 1]
  if (!target?.startsWith('> ')) throw new Error(`the link ${path} could not be read`)
  return { ...state, target: target.slice(2) }
}

/** sha256sum marks a name with a backslash in it by one in front of the line, and doubles those in the name. */
function hashOf(lines: readonly string[], path: string): string {
  const marked = path.includes('\\')
  const suffix = `  ${marked ? path.replaceAll('\\', '\\\\') : path}`
  const line = lines.find(line => line.endsWith(suffix) && line.length === suffix.length + 64 + Number(marked))
  if (!line) throw new Error(`the content of ${path} could not be read`)
  return `sha256:${line.slice(Number(marked), 64 + Number(marked))}`
}
