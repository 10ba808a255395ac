import { readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { sshConfigError } from './ssh-config-error.ts'
import { type ConfigLine, parseLines } from './ssh-config-lines.ts'
import { globPattern } from './ssh-config-pattern.ts'

/** A path as people write it: `~` for the home. */
export const shortPath = (path: string): string => {
  const home = homedir()
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path
}

/** Lines of a file; undefined where there is none. */
export function readLines(path: string): readonly ConfigLine[] | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw sshConfigError(shortPath(path), `the file cannot be read: ${message}`)
  }
  return parseLines(text, shortPath(path))
}

/** Files that an Include names, in the order of their names; relative ones lie in `folder`. */
export function filesOf(pattern: string, folder: string): readonly string[] {
  const path = pattern.startsWith('~/') ? join(homedir(), pattern.slice(2)) : pattern
  const whole = isAbsolute(path) ? path : resolve(folder, path)
  return whole
    .split('/')
    .slice(1)
    .reduce<readonly string[]>((found, part) => found.flatMap(parent => entriesOf(parent, part)), ['/'])
}

function entriesOf(parent: string, part: string): readonly string[] {
  if (!/[*?]/.test(part)) return [join(parent, part)]
  const fits = globPattern(part)
  const names = namesIn(parent).filter(name => fits.test(name) && (part.startsWith('.') || !name.startsWith('.')))
  return names.sort().map(name => join(parent, name))
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // as with ssh, an Include of what is not there is none
  }
}
