import { FileManagerError } from '../protocol/errors.ts'
import type { FileEntry } from '../protocol/messages.ts'
import type { Session } from '../protocol/session.ts'
import { isPattern, matcher } from './pattern.ts'
import { Problem } from './problem.ts'
import type { Word } from './words.ts'

/** No more names than this are held here, whatever a server says. */
const most = 1_000_000

/** As many as a server may send in one. */
const page = 1000

/** All files of the server, page by page. Names are as the server sends them: to be checked before they become paths. */
export async function listRemote(session: Session, signal: AbortSignal): Promise<readonly FileEntry[]> {
  const files: FileEntry[] = []
  let after: string | undefined
  do {
    const listed = await session.request(
      { type: 'list', limit: page, ...(after !== undefined && { after }) },
      { signal },
    )
    for (const file of listed.files) files.push(file)
    const endless = listed.next !== undefined && after !== undefined && listed.next <= after
    if (endless || files.length > most)
      throw new FileManagerError('bad-message', 'the server lists files without an end')
    after = listed.next
  } while (after !== undefined)
  return files
}

/** Those that a word means: the one of this name, else all that it matches as a pattern. It throws when there is none. */
export function finderOf(files: readonly FileEntry[]): (word: Word) => readonly FileEntry[] {
  const byName = new Map(files.map(file => [file.name, file]))
  return ({ text, pattern }) => {
    const named = byName.get(text)
    if (named !== undefined) return [named]
    const matches = isPattern(pattern) ? matcher(pattern) : () => false
    const found = isPattern(pattern) ? files.filter(({ name }) => matches(name)) : []
    if (found.length > 0) return found
    throw new Problem(`${text}: there is no such file on the server`, 'lls lists what there is.')
  }
}
