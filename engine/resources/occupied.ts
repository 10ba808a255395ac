import type { Failure } from '../report/events.ts'
import type { Absent, Present } from '../resource/resource.ts'
import type { FilePart } from './file-part.ts'
import type { PathState } from './path-state.ts'

/**
 * Why nothing is put at a path: what stands there is of a sort that is not ours to remove. A file or a link takes the place
 * of anything but a directory, a directory that of nothing.
 */
export function occupied(
  path: string,
  wished: 'file' | 'link' | 'directory',
  found: PathState | null,
): Failure | undefined {
  if (!found || (wished === 'directory') === (found.type === 'directory')) return undefined
  const is = { file: 'file', directory: 'directory', symlink: 'symbolic link', other: 'pipe, socket or device' }[
    found.type
  ]
  return {
    code: 'path-occupied',
    message: `${path} is to be a ${wished}, and is a ${is}`,
    next: 'Look what it holds; if it is not needed, remove it and run again.',
  }
}

/** For `refuse` of a resource that has a file among its parts. */
export const fileOccupied =
  ({ path }: FilePart) =>
  (is: Present<{ readonly file: PathState | null }> | Absent): Failure | undefined =>
    occupied(path, 'file', is.is === 'present' ? is.state.file : null)
