import { access, constants } from 'node:fs/promises'
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
    const runs = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (runs) return file
  }
  return undefined
}
