import type { FileHandle } from 'node:fs/promises'
import { Problem } from './problem.ts'

/** Fills `into` from the file's position `at`. Throws a `Problem` when the file ends before. */
export async function exact(file: FileHandle, into: Buffer, at: number): Promise<void> {
  for (let filled = 0; filled < into.length; ) {
    const { bytesRead } = await file.read(into, filled, into.length - filled, at + filled)
    if (bytesRead === 0)
      throw new Problem('the file became shorter while it was read', 'Try again when nobody writes it.')
    filled += bytesRead
  }
}
