import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { LabHosts } from '../../inventory/lab.ts'
import type { RefuseHost } from '../../inventory/parse.ts'
import type { SettingsOf, SizeOf } from '../../inventory/provider-fields.ts'

/** Paths in an inventory are relative to it; `~` is the operator's home. */
export const besideInventory = (path: string, file: string): string =>
  path.startsWith('~/') ? join(homedir(), path.slice(2)) : resolve(file, '..', path)

/** Refuses key files that are of no use: a host would only say that it accepts none of our keys. */
export function refuseMissingKeys({ provider, settings, hosts, file }: LabHosts, refuse: RefuseHost): void {
  if (provider !== 'static') return
  for (const { name, size } of hosts) {
    const { key } = { ...(settings as SettingsOf<'static'>), ...(size as SizeOf<'static'>) }
    const trouble = key === undefined ? undefined : troubleWith(besideInventory(key, file))
    if (trouble !== undefined) refuse(name, `the key file ${key} ${trouble.what}`, trouble.hint, 'key')
  }
}

interface Trouble {
  readonly what: string
  readonly hint: string
}

const another = 'give the path of a private key, relative to this file or in ~/, or leave it out and use an agent'

function troubleWith(path: string): Trouble | undefined {
  try {
    const stat = statSync(path)
    if (!stat.isFile()) return { what: 'is no file', hint: another }
    accessSync(path, constants.R_OK)
    if (/^(ssh|ecdsa|sk)-\S+ /.test(readFileSync(path, 'utf8').slice(0, 100)))
      return { what: 'is a public key', hint: 'give the private one, mostly the same path without .pub' }
    // As ssh itself does, which `playbooks/ssh.mjs` starts.
    if (stat.uid === process.getuid?.() && (stat.mode & 0o077) !== 0)
      return { what: `is open to others (mode ${(stat.mode & 0o777).toString(8)})`, hint: `chmod 600 ${path}` }
    return undefined
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const gone = code === 'ENOENT' || code === 'ENOTDIR'
    return { what: gone ? 'does not exist' : `cannot be read: ${message}`, hint: another }
  }
}
