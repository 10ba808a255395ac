import { access, constants, stat } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

/**
 * Whole path of a program: in the folders of PATH, else in `elsewhere`, for sudo and graphical sessions leave folders out
 * that a person's shell has. Undefined where it is in none.
 */
export async function findProgram(
  name: string,
  elsewhere: readonly string[],
  path: string = process.env.PATH ?? '',
): Promise<string | undefined> {
  // An empty word of PATH means the working folder, where nothing is to be run from by chance.
  for (const folder of [...path.split(delimiter), ...elsewhere].filter(Boolean)) {
    const file = join(folder, name)
    if (await runs(file)) return file
  }
  return undefined
}

/** Whether it is a file that we may run: a folder lets itself be entered by the same mark. */
async function runs(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK)
    return (await stat(file)).isFile()
  } catch {
    return false
  }
}
