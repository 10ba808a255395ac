import { createHash } from 'node:crypto'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { MirrorStep } from './step.ts'

/** 16 hex digits that name one content of a step: equal inputs, equal key. */
export async function keyOf(step: MirrorStep): Promise<string> {
  const needs = await Promise.all(step.needs.map(async need => `${need.name}=${await keyOf(need)}`))
  return hashOf([step.name, ...(await step.inputs()), ...needs])
}

/** Lengths are hashed too, so that no two different lists run together to the same text. */
export function hashOf(parts: readonly string[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:${part}`)
  return hash.digest('hex').slice(0, 16)
}

/** Where the step's files are once it is built. */
export const folderOf = async (cacheFolder: string, step: MirrorStep): Promise<string> =>
  join(cacheFolder, 'mirror', step.name, await keyOf(step))

/** Folders appear whole, by a rename, so that being there is being built. */
export async function isBuilt(cacheFolder: string, step: MirrorStep): Promise<boolean> {
  try {
    await access(await folderOf(cacheFolder, step))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
