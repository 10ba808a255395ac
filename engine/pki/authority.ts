import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AndamioError } from '../errors.ts'
import { Secret } from '../shell/secret.ts'
import { writePrivateFile } from './private-file.ts'
import { daysLeft, renewBeforeDays, whyRenew } from './standing.ts'

const authorityDays = 3650
/** Browsers and Go accept more, but a lab that runs for longer than a year without an `up` is rather forgotten than used. */
const serverDays = 397

export interface ServerCertificate {
  readonly certificate: string
  readonly key: Secret
}

/** A lab's own certificate authority, kept in `pki/` of its state folder. Losing the folder means a new authority. */
export interface Authority {
  /** PEM, for those who are to trust it. */
  readonly certificate: string
  /**
   * The key and certificate kept under `name`, for exactly these DNS names and IP addresses; made, or made anew, where
   * they are missing, name others or end within 30 days. A new one lasts `days`, default 397.
   */
  server(name: string, names: readonly string[], days?: number): Promise<ServerCertificate>
  /** As `server`, but makes nothing: undefined where it would have to. What check mode uses. */
  existingServer(name: string, names: readonly string[]): Promise<ServerCertificate | undefined>
}

/** Opens the lab's authority, making it on first use. Throws `authority-expired` when it has under 30 days left. */
export async function openAuthority(stateFolder: string, lab: string): Promise<Authority> {
  const existing = await existingAuthority(stateFolder)
  if (existing) return existing
  const { makeAuthority } = await import('./x509.ts')
  const made = await makeAuthority(`andamio lab ${lab}`, authorityDays)
  // The key first: a certificate without its key would stand in the way for ever.
  await writePrivateFile(keyFile(stateFolder, 'ca'), made.key)
  await writePrivateFile(certificateFile(stateFolder, 'ca'), made.certificate)
  return authority(stateFolder, made)
}

/** The lab's authority if it has one; makes nothing. */
export async function existingAuthority(stateFolder: string): Promise<Authority | undefined> {
  const pair = await read(stateFolder, 'ca')
  if (!pair) return undefined
  if (daysLeft(pair.certificate) < renewBeforeDays) {
    const place = certificateFile(stateFolder, 'ca')
    throw new AndamioError({
      code: 'authority-expired',
      message: `The lab's certificate authority ends in ${Math.floor(daysLeft(pair.certificate))} days.`,
      place,
      cause: `It was made for ${authorityDays} days.`,
      next: `Move ${join(stateFolder, 'pki')} away and run up: every host then gets certificates of a new authority.`,
    })
  }
  return authority(stateFolder, pair)
}

interface Pair {
  readonly key: string
  readonly certificate: string
}

function authority(stateFolder: string, ca: Pair): Authority {
  const existingServer = async (name: string, names: readonly string[]): Promise<ServerCertificate | undefined> => {
    const pair = await read(stateFolder, name)
    return pair && whyRenew(pair, ca.certificate, names) === undefined ? asServer(pair) : undefined
  }
  const server = async (
    name: string,
    names: readonly string[],
    days: number = serverDays,
  ): Promise<ServerCertificate> => {
    const existing = await existingServer(name, names)
    if (existing) return existing
    const { makeServer } = await import('./x509.ts')
    const made = await makeServer(ca, names, days)
    await writePrivateFile(keyFile(stateFolder, name), made.key)
    await writePrivateFile(certificateFile(stateFolder, name), made.certificate)
    return asServer(made)
  }
  return { certificate: ca.certificate, server, existingServer }
}

const asServer = (pair: Pair): ServerCertificate => ({ certificate: pair.certificate, key: new Secret(pair.key) })

const keyFile = (stateFolder: string, name: string): string => join(stateFolder, 'pki', `${name}.key`)
const certificateFile = (stateFolder: string, name: string): string => join(stateFolder, 'pki', `${name}.crt`)

async function read(stateFolder: string, name: string): Promise<Pair | undefined> {
  const texts = await Promise.all([keyFile, certificateFile].map(file => readIfThere(file(stateFolder, name))))
  const [key, certificate] = texts
  return key === undefined || certificate === undefined ? undefined : { key, certificate }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
