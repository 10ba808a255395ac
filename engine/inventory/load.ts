import { readdir, readFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { usageError } from '../errors.ts'
import { didYouMean } from '../suggest.ts'
import type { LabHosts } from './lab.ts'
import type { ParseOptions } from './parse.ts'

export interface LoadOptions extends ParseOptions {
  readonly cwd: string
  /** Where a bare name such as `local` is looked up as `local.yaml`. */
  readonly builtinFolder: string
}

/**
 * Reads, checks and selects. `nameOrPath` is a path when it holds a slash or ends as files do, in `.yaml`. Throws one usage
 * error (exit 64) with everything that is wrong, before anything has been connected to.
 */
export async function loadInventory(nameOrPath: string, options: LoadOptions): Promise<LabHosts> {
  const isPath = /[/\\]|\.\w+$/.test(nameOrPath)
  const path = isPath ? resolve(options.cwd, nameOrPath) : join(options.builtinFolder, `${nameOrPath}.yaml`)
  // Parsers are loaded only now: `--help` and a bad flag need none of them.
  const [text, { parseInventory }] = await Promise.all([
    readFile(path, 'utf8').catch(error => refuse(error, nameOrPath, isPath, options.builtinFolder)),
    import('./parse.ts'),
  ])
  return parseInventory(relative(options.cwd, path) || path, text, options)
}

async function refuse(error: NodeJS.ErrnoException, given: string, isPath: boolean, folder: string): Promise<never> {
  if (error.code !== 'ENOENT') {
    throw usageError({
      code: 'inventory-unreadable',
      message: `Cannot read the inventory ${given}`,
      cause: error.message,
    })
  }
  const files = await readdir(folder).catch(() => [])
  const names = files
    .sort()
    .filter(file => file.endsWith('.yaml'))
    .map(file => file.slice(0, -'.yaml'.length))
  throw usageError({
    code: 'inventory-not-found',
    message: `There is no inventory ${given}`,
    place: '--inventory',
    next: isPath
      ? `Check the path, or name one that comes with the project: ${names.join(', ')}`
      : didYouMean(given, names, 'there are'),
  })
}
