import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'

/**
 * Whether Vagrant has made a machine of this name in this folder: it then keeps an id for it. Read from its files, for its
 * program takes seconds to say so.
 */
export function machineBegun(folder: string, machine: string): boolean {
  const kept = join(resolve(folder, process.env.VAGRANT_DOTFILE_PATH || '.vagrant'), 'machines', machine)
  return foldersOf(kept).some(provider => existsSync(join(kept, provider, 'id')))
}

function foldersOf(path: string): readonly string[] {
  try {
    return readdirSync(path)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return []
    throw error
  }
}
