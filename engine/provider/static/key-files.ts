import { accessSync, constants, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { LabHosts } from '../../inventory/lab.ts'
import type { RefuseHost } from '../../inventory/parse.ts'
import type { SettingsOf, SizeOf } from '../../inventory/provider-fields.ts'

/** Paths in an inventory are relative to it; `~` is the operator's home. */
export const besideInventory = (path: string, file: string): string =>
  path.startsWith('~/') ? join(homedir(), path.slice(2)) : resolve(file, '..', path)

/** Refuses key files that are not there: a host would only say that it accepts none of our keys. */
export function refuseMissingKeys({ provider, settings, hosts, file }: LabHosts, refuse: RefuseHost): void {
  if (provider !== 'static') return
  for (const { name, size } of hosts) {
    const { key } = { ...(settings as SettingsOf<'static'>), ...(size as SizeOf<'static'>) }
    const trouble = key === undefined ? undefined : troubleWith(besideInventory(key, file))
    if (trouble === undefined) continue
    const hint = 'give the path of a private key, relative to this file or in ~/, or leave it out and use an agent'
    refuse(name, `the key file ${key} ${trouble}`, hint, 'key')
  }
}

function troubleWith(path: string): string | undefined {
  try {
    if (!statSync(path).isFile()) return 'is no file'
    accessSync(path, constants.R_OK)
    return undefined
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'does not exist' : `cannot be read: ${message}`
  }
}
