import { lstat, open, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { fileUnwritable } from '../errors.ts'

/**
 * A report as a whole or not at all, for its owner's eyes: it names hosts, addresses and what differs in their files.
 */
export async function writeReport(path: string, content: string | Uint8Array): Promise<void> {
  const target = await realpath(path).catch(() => path)
  const draft = draftOf(target)
  try {
    await writeFile(draft, content, { mode: 0o600, flag: 'wx' })
    await rename(draft, target)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

/**
 * Throws `file-unwritable` (exit 64) where no report can come to stand: to be asked before the work that it would tell of.
 * A device such as /dev/stdout is refused, for a report takes the place of what stands there. With `ours`, so is a file
 * that begins otherwise than such a report does: a slip would cost an inventory.
 */
export async function refuseUnwritable(path: string, ours?: RegExp): Promise<void> {
  const target = await realpath(path).catch(() => path)
  try {
    const standing = await lstat(target).catch(() => undefined)
    if (standing && !standing.isFile()) throw new Error('what stands there is no file')
    if (standing && ours && !(await beginsLike(target, ours))) throw new Error('what stands there is another file')
    await writeFile(draftOf(target), '', { mode: 0o600, flag: 'wx' })
    await rm(draftOf(target))
  } catch (error) {
    throw fileUnwritable(path, withoutDraft(error as Error, target))
  }
}

/** An empty file is anybody's. */
async function beginsLike(path: string, form: RegExp): Promise<boolean> {
  const file = await open(path)
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(200), 0, 200, 0)
    return bytesRead === 0 || form.test(buffer.toString('utf8', 0, bytesRead))
  } finally {
    await file.close()
  }
}

/** The draft's own name is nobody's. */
const withoutDraft = ({ message }: Error, target: string): Error => new Error(message.replace(draftOf(target), target))

const draftOf = (path: string): string => `${path}.${process.pid}.tmp`
