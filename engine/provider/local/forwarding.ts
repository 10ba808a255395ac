import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sharedFolder } from './machine-lock.ts'

/** Where the setting lives, and where we remember who needs it; other places in tests. */
export interface ForwardingPlaces {
  readonly setting: string
  readonly ledger: string
}

const places: ForwardingPlaces = {
  setting: '/proc/sys/net/ipv4/ip_forward',
  ledger: join(sharedFolder, 'forwarding'),
}

/** Name that no lab can have. */
const before = '.before'

export const isForwarding = async ({ setting }: ForwardingPlaces = places): Promise<boolean> =>
  (await readFile(setting, 'utf8')).trim() === '1'

/**
 * Lets this machine pass packets on between the lab and the world, and remembers for which lab. The caller holds the
 * machine's lock.
 */
export async function needForwarding(lab: string, { setting, ledger }: ForwardingPlaces = places): Promise<void> {
  await mkdir(ledger, { recursive: true })
  const old = (await readFile(setting, 'utf8')).trim()
  // Whoever comes first remembers how it was. `wx`: a run that was killed here has done so already.
  await writeFile(join(ledger, before), old, { flag: 'wx' }).catch(ifExists)
  await writeFile(join(ledger, lab), '')
  if (old !== '1') await writeFile(setting, '1')
}

/** Puts the setting back once the last lab is gone. The caller holds the machine's lock. */
export async function releaseForwarding(lab: string, { setting, ledger }: ForwardingPlaces = places): Promise<void> {
  await rm(join(ledger, lab), { force: true })
  const left = await readdir(ledger).catch(() => [])
  if (left.length !== 1 || left[0] !== before) return
  const old = (await readFile(join(ledger, before), 'utf8')).trim()
  if (old === '0' || old === '1') await writeFile(setting, old)
  await rm(ledger, { recursive: true })
}

function ifExists(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}
