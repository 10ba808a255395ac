import type { UploadFile } from '../connection/upload-file.ts'
import type { Change } from '../report/events.ts'
import type { HostWriter } from '../resource/host.ts'
import { compare } from './changes.ts'
import { bytes, type Content, digest } from './content.ts'
import type { PathState } from './path-state.ts'

/** A file as part of a resource: the whole of one, or beside live state that it makes last over a reboot. */
export interface FilePart {
  readonly path: string
  readonly content: Content
  readonly mode: string
  /** `user:group`. */
  readonly owner: string
}

export const rootFile = (path: string, content: Content, mode = '0644'): FilePart => ({
  path,
  content,
  mode,
  owner: 'root:root',
})

/** The found owner, in the wish's way of speaking: by number where it has a number. */
export function ownerAs(wish: string, found: PathState): string {
  const [names, ids] = [found.names.split(':'), found.ids.split(':')]
  return wish
    .split(':')
    .map((part, index) => (/^\d+$/.test(part) ? ids : names)[index])
    .join(':')
}

/** Attributes content, mode and owner, and type where something else stands in the file's place. */
export function fileChanges(part: FilePart, found: PathState | null): readonly Change[] {
  const wish = { content: digest(part.content), mode: part.mode, owner: part.owner }
  if (!found) return compare(wish, {})
  if (found.type !== 'file') return compare({ type: 'file', ...wish }, { type: found.type })
  return compare(wish, { content: found.sha256 ?? null, mode: found.mode, owner: ownerAs(part.owner, found) })
}

/** As one attribute of a larger resource: its content, and the rest only where a file is there and differs in it. */
export function partChanges(name: string, part: FilePart, found: PathState | null): readonly Change[] {
  const changes = fileChanges(part, found)
  const told = found ? changes : changes.filter(change => change.attribute === 'content')
  return told.map(change => ({
    ...change,
    attribute: change.attribute === 'content' ? name : `${name} ${change.attribute}`,
  }))
}

/** What puts it there. */
export const uploadOf = ({ path, content, mode, owner }: FilePart): UploadFile => ({
  path,
  content: bytes(content),
  mode,
  owner,
})

/** Puts the file there. A symbolic link in its place is replaced; a directory was to be refused before. */
export const putFile = (on: HostWriter, part: FilePart): Promise<void> => on.upload(uploadOf(part))

/** For `run`: the file that is to be in place before, where it is not as wished. */
export const withFile = (part: FilePart | undefined, found: PathState | null): { readonly file?: UploadFile } =>
  part && fileChanges(part, found).length > 0 ? { file: uploadOf(part) } : {}
