import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { hash } from 'bcryptjs'
import * as z from 'zod'
import { existingAuthority, openAuthority, type ServerCertificate } from '../../engine/pki/authority.ts'
import { readPrivateJson, writePrivateFile } from '../../engine/pki/private-file.ts'
import { Secret } from '../../engine/shell/secret.ts'
import { labRegistry } from './lab-registry.ts'

/** What makes the lab's registry this lab's: who it is, who may push. Made once, kept in the state folder. */
export interface RegistryIdentity extends ServerCertificate {
  /** PEM of the lab's authority. */
  readonly ca: string
  readonly password: Secret
  /** The whole htpasswd file: user and bcrypt hash. */
  readonly passwordFile: Secret
}

const stored = z.object({ password: z.string().min(20), passwordFile: z.string().startsWith(`${labRegistry.user}:$2`) })
type Stored = z.infer<typeof stored>

/** Read and, where something is missing or near its end, made. `address` is what the lab's hosts call the storage host. */
export async function openRegistryIdentity(folder: string, lab: string, address: string): Promise<RegistryIdentity> {
  const authority = await openAuthority(folder, lab)
  const pair = await authority.server('registry', namesOf(address))
  return identity(authority.certificate, pair, (await readPassword(folder)) ?? (await makePassword(folder)))
}

/** As `openRegistryIdentity`, but makes nothing: undefined where it would have to. */
export async function existingRegistryIdentity(folder: string, address: string): Promise<RegistryIdentity | undefined> {
  const authority = await existingAuthority(folder)
  const pair = await authority?.existingServer('registry', namesOf(address))
  const password = await readPassword(folder)
  return authority && pair && password && identity(authority.certificate, pair, password)
}

/** Who pushes and whom to trust, without the server's own part: enough for a client. */
export async function registryAccess(folder: string): Promise<{ ca: string; password: Secret } | undefined> {
  const [authority, password] = [await existingAuthority(folder), await readPassword(folder)]
  return authority && password && { ca: authority.certificate, password: new Secret(password.password) }
}

const namesOf = (address: string): readonly string[] => [labRegistry.name, address]

const identity = (ca: string, pair: ServerCertificate, { password, passwordFile }: Stored): RegistryIdentity => ({
  ca,
  ...pair,
  password: new Secret(password),
  passwordFile: new Secret(passwordFile),
})

const file = (folder: string): string => join(folder, 'registry.json')

const readPassword = (folder: string): Promise<Stored | undefined> => readPrivateJson(file(folder), stored)

/** 192 random bits: the hash need not be slow, and the registry computes it on every request. */
async function makePassword(folder: string): Promise<Stored> {
  const password = randomBytes(24).toString('base64url')
  const made = { password, passwordFile: `${labRegistry.user}:${await hash(password, 5)}\n` }
  await writePrivateFile(file(folder), `${JSON.stringify(made)}\n`)
  return made
}
