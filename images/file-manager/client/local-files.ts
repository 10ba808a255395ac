import { readdirSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { isPattern, matcher, plain } from './pattern.ts'
import type { Word } from './words.ts'

export interface LocalMatch {
  /** As it is to be shown, and opened from `folder`. */
  readonly path: string
  /** By a pattern: what is no file was not asked for then. */
  readonly byPattern: boolean
}

/** What a word of a command means among the files of this machine: one path, or all that a pattern matches, in order. */
export function findLocal({ text, pattern }: Word, folder: string): readonly LocalMatch[] {
  const [path, paths] = text.startsWith('~/')
    ? [join(homedir(), text.slice(2)), join(homedir(), pattern.slice(2))]
    : [text, pattern]
  if (!isPattern(pattern) || statLocal(folder, path) !== undefined) return [{ path, byPattern: false }]
  return walk(paths, folder).map(found => ({ path: found, byPattern: true }))
}

export const statLocal = (folder: string, path: string) => {
  try {
    return statSync(pathFrom(folder, path), { throwIfNoEntry: false })
  } catch {
    return undefined // through something that is no folder, or that is closed to us
  }
}

export const pathFrom = (folder: string, path: string): string => (path.startsWith('/') ? path : `${folder}/${path}`)

/** Names in a folder; none where it cannot be read. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}

function walk(pattern: string, folder: string): string[] {
  let found = [pattern.startsWith('/') ? '/' : '']
  const steps = pattern.split('/').filter(step => step !== '')
  for (const [index, step] of steps.entries()) {
    const last = index === steps.length - 1
    found = found.flatMap(before => {
      const names = isPattern(step) ? namesIn(pathFrom(folder, before)).filter(matcher(step)) : [plain(step)]
      const paths = names.map(name => `${before}${name}`)
      if (last) return isPattern(step) ? paths : paths.filter(path => statLocal(folder, path) !== undefined)
      return paths.filter(path => statLocal(folder, path)?.isDirectory()).map(path => `${path}/`)
    })
  }
  return found
}
