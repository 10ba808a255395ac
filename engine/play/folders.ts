import { homedir } from 'node:os'
import { join } from 'node:path'

/** What can be made again: `$XDG_CACHE_HOME/andamio`. */
export const cacheFolder = (): string => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'andamio')

/** Where every lab has its folder: `$XDG_STATE_HOME/andamio`. */
export const labsFolder = (): string =>
  join(process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'andamio')

/** A lab's identity and secrets, 0700: `$XDG_STATE_HOME/andamio/<lab>`. */
export const stateFolder = (lab: string): string => join(labsFolder(), lab)

/** What an operator's own programs are told of a lab, 0700: `$XDG_CONFIG_HOME/andamio/<lab>`. */
export const configFolder = (lab: string): string =>
  join(process.env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'andamio', lab)
