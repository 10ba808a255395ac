import { readFileSync } from 'node:fs'

/** What a lab has written down in a file of its own, as JSON; undefined where it has not yet. */
export function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
