import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { usageError } from '../../errors.ts'

/** What a host with cloud-init is told when its inventory gives no user data: nothing. */
const none = '#cloud-config\n{}\n'

/** The user data of a host's first boot. `path` is relative to the inventory. Throws `user-data-unreadable`, exit 64. */
export async function readUserData(host: string, path: string | undefined, inventory: string): Promise<string> {
  if (path === undefined) return none
  const file = resolve(inventory, '..', path)
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw usageError({
      code: 'user-data-unreadable',
      message: `Cannot read the user data of ${host}`,
      place: inventory,
      cause: error.message,
      next: 'Give `userData` the path of a file, relative to the inventory.',
    })
  })
}
