import { readFile, rm, rmdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { writePrivateFile } from '../pki/private-file.ts'
import { onOperator } from '../resource/operator.ts'
import { type Answer, absent, present, type Resource } from '../resource/resource.ts'
import { compare, removal } from './changes.ts'
import { bytes, type Content, digest, sha256 } from './content.ts'

/** `content` is a SHA-256; `mode` octal. */
type FileState = { readonly content: string; readonly mode: string }

const mode = '0600'

/** What says that a folder is to stay: not empty, a link or a mount that somebody has put there, or gone already. */
const stays = ['ENOTEMPTY', 'ENOTDIR', 'EBUSY', 'ENOENT']

/** A file on this machine, for the operator alone: 0600, in a folder that is made 0700 where it is missing. */
export function operatorFile(path: string, content: Content): Resource<FileState, undefined> {
  return {
    kind: 'operator-file',
    id: path,
    probe: onOperator(() => look(path)),
    diff: is => compare({ content: digest(content), mode }, is.is === 'present' ? is.state : {}),
    apply: () => writePrivateFile(path, bytes(content)),
  }
}

/**
 * No file at this path of this machine. Its folder goes with it where nothing else lies in it, and so do those `above`, the
 * nearest first.
 */
export function operatorFileAbsent(path: string, above: readonly string[] = []): Resource<FileState, undefined> {
  return {
    kind: 'operator-file',
    id: path,
    probe: onOperator(() => look(path)),
    diff: is => (is.is === 'present' ? removal() : []),
    async apply() {
      await rm(path, { force: true })
      for (const folder of [dirname(path), ...above])
        await rmdir(folder).catch(error => {
          if (!stays.includes((error as NodeJS.ErrnoException).code ?? '')) throw error
        })
    },
  }
}

async function look(path: string): Promise<Answer<FileState>> {
  try {
    const content = sha256(await readFile(path))
    return present({ content, mode: ((await stat(path)).mode & 0o7777).toString(8).padStart(4, '0') })
  } catch (error) {
    // ENOTDIR too says for certain that there is no such file.
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return absent
    throw error
  }
}
