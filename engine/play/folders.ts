import { access, constants } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** What can be made again: `$XDG_CACHE_HOME/andamio`. */
export const cacheFolder = (): string => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'andamio')

/** Where every lab has its folder: `$XDG_STATE_HOME/andamio`. */
export const labsFolder = (): string =>
  join(process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'andamio')

/** A lab's identity and secrets, 0700: `$XDG_STATE_HOME/andamio/<lab>`. */
export const stateFolder = (lab: string): string => join(labsFolder(), lab)

/** Where every lab has its settings: `$XDG_CONFIG_HOME/andamio`. */
export const configsFolder = (): string => join(process.env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'andamio')

/** What an operator's own programs are told of a lab, 0700: `$XDG_CONFIG_HOME/andamio/<lab>`. */
export const configFolder = (lab: string): string => join(configsFolder(), lab)

/** Throws what the file system says where a folder is there, or may be, and cannot be read: nothing in it is `absent`. */
export async function refuseUnreadable(folder: string): Promise<void> {
  await access(folder, constants.R_OK | constants.X_OK).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
}
