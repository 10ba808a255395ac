import { isAbsolute, relative, resolve, sep } from 'node:path'

/** A path for people: the way from the current folder to what lies in it, else as it was given, for no way back is shorter. */
export function shownPath(given: string, cwd: string): string {
  const way = relative(cwd, resolve(cwd, given))
  const leaves = way === '' || way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)
  return leaves ? given : way
}
