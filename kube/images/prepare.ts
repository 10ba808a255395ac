import { cp, lutimes, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { contextOf, type ImageContext } from './context.ts'

/**
 * Copies a build context to `into`, and builds its program there: so an image can be `FROM scratch` and its build needs
 * no other image, hence no network.
 */
export async function prepareContext(context: ImageContext, into: string): Promise<void> {
  const { files, program } = contextOf(context.folder)
  for (const file of files) await cp(join(context.folder, file), join(into, file))
  await program?.build(context, into)
  // A layer holds its files' times: the same sources are to give the same layer tomorrow.
  for (const entry of await readdir(into, { recursive: true })) await lutimes(join(into, entry), 1, 1)
}
