import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { usageError } from '../errors.ts'
import { didYouMean } from '../suggest.ts'
import type { LabHosts } from './lab.ts'
import type { ParseOptions } from './parse.ts'
import { shownPath } from './shown-path.ts'

export interface LoadOptions extends ParseOptions {
  readonly cwd: string
  /** Where a bare name such as `local` is looked up as `local.yaml`. */
  readonly builtinFolder: string
  /** Who names the inventory, for errors; `--inventory` by default. */
  readonly namedBy?: string | undefined
}

/**
 * Reads, checks and selects. `nameOrPath` is a path when it holds a slash or ends as files do, in `.yaml`. Throws one usage
 * error (exit 64) with everything that is wrong, before anything has been connected to.
 */
export async function loadInventory(nameOrPath: string, options: LoadOptions): Promise<LabHosts> {
  const isPath = /[/\\]|\.\w+$/.test(nameOrPath)
  const file = isPath ? nameOrPath : join(options.builtinFolder, `${nameOrPath}.yaml`)
  // Parsers are loaded only now: `--help` and a bad flag need none of them.
  const [text, { parseInventory }] = await Promise.all([
    readFile(resolve(options.cwd, file), 'utf8').catch(error => refuse(error, nameOrPath, isPath, options)),
    import('./parse.ts'),
  ])
  return parseInventory(shownPath(file, options.cwd), text, options)
}

async function refuse(
  error: NodeJS.ErrnoException,
  given: string,
  isPath: boolean,
  { builtinFolder: folder, namedBy: place = '--inventory' }: LoadOptions,
): Promise<never> {
  const names = (await yamlIn(folder)).map(file => file.slice(0, -'.yaml'.length))
  const comes = `name one that comes with the project: ${names.join(', ')}`
  if (error.code === 'EISDIR') {
    throw usageError({
      code: 'inventory-unreadable',
      message: `${given} is a folder, and no inventory`,
      place,
      next: `Name a file in it, or ${comes}`,
    })
  }
  if (!['ENOENT', 'ENOTDIR'].includes(error.code ?? '')) {
    throw usageError({
      code: 'inventory-unreadable',
      message: `Cannot read the inventory ${given}`,
      place,
      cause: error.message,
      next: `Make it readable for this user, or ${comes}`,
    })
  }
  throw usageError({
    code: 'inventory-not-found',
    message: `There is no inventory ${given}`,
    place,
    next: isPath ? `Check the path, or ${comes}` : didYouMean(given, names, 'there are'),
  })
}

const yamlIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder).catch(() => [])).filter(file => file.endsWith('.yaml')).sort()
