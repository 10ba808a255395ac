import type { FileHandle } from 'node:fs/promises'
import { Problem } from './problem.ts'

/** Fills all of `into` from the file's position `at` on. Throws a `Problem` when the file ends before. */
export async function exact(file: FileHandle, into: readonly Buffer[], at: number): Promise<void> {
  for (let left = into.filter(({ length }) => length > 0); left.length > 0; ) {
    const { bytesRead } = await file.readv(left, at)
    if (bytesRead === 0)
      throw new Problem('the file became shorter while it was read', 'Try again when nobody writes it.')
    at += bytesRead
    left = after(left, bytesRead)
  }
}

/** What is left of the buffers when so many bytes of them are filled. */
function after(buffers: readonly Buffer[], bytes: number): Buffer[] {
  let filled = bytes
  return buffers.flatMap(buffer => {
    const part = Math.min(filled, buffer.length)
    filled -= part
    return part === buffer.length ? [] : [buffer.subarray(part)]
  })
}
