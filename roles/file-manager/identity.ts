import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import * as z from 'zod'
import { existingAuthority, openAuthority, type ServerCertificate } from '../../engine/pki/authority.ts'
import { readPrivateJson, writePrivateFile } from '../../engine/pki/private-file.ts'
import { Secret } from '../../engine/shell/secret.ts'

/** What broker and servers prove themselves by, and what they ask of others. Kept in the lab's state folder. */
export interface FileManagerIdentity extends ServerCertificate {
  /** PEM of the lab's authority. */
  readonly ca: string
  /** Of whoever uses the file manager. */
  readonly clientToken: Secret
  /** Of servers, to the broker: no client can pass for one. */
  readonly serverToken: Secret
}

/** In the certificate, and verified by clients whatever node they have dialled. */
export const verifiedName = 'file-manager.andamio.internal'
export const certificateDays = 90

const pair = 'file-manager'
const token = z.string().min(40)
const stored = z.object({ clientToken: token, serverToken: token })
type Tokens = z.infer<typeof stored>

/** Read and, where something is missing or the certificate has less than 30 days left, made. */
export async function openFileManagerIdentity(folder: string, lab: string): Promise<FileManagerIdentity> {
  const authority = await openAuthority(folder, lab)
  const certificate = await authority.server(pair, [verifiedName], certificateDays)
  return identity(authority.certificate, certificate, (await readTokens(folder)) ?? (await makeTokens(folder)))
}

/** As `openFileManagerIdentity`, but makes nothing: undefined where it would have to. */
export async function existingFileManagerIdentity(folder: string): Promise<FileManagerIdentity | undefined> {
  const authority = await existingAuthority(folder)
  const certificate = await authority?.existingServer(pair, [verifiedName])
  const tokens = await readTokens(folder)
  return authority && certificate && tokens && identity(authority.certificate, certificate, tokens)
}

/** What is there and fit for use. Reads only. */
export async function identityState(folder: string): Promise<{ certificate: boolean; tokens: boolean }> {
  const certificate = await (await existingAuthority(folder))?.existingServer(pair, [verifiedName])
  return { certificate: certificate !== undefined, tokens: (await readTokens(folder)) !== undefined }
}

const identity = (ca: string, certificate: ServerCertificate, tokens: Tokens): FileManagerIdentity => ({
  ca,
  ...certificate,
  clientToken: new Secret(tokens.clientToken),
  serverToken: new Secret(tokens.serverToken),
})

const file = (folder: string): string => join(folder, 'file-manager.json')

const readTokens = (folder: string): Promise<Tokens | undefined> => readPrivateJson(file(folder), stored)

/** 256 random bits each. */
async function makeTokens(folder: string): Promise<Tokens> {
  const made = {
    clientToken: randomBytes(32).toString('base64url'),
    serverToken: randomBytes(32).toString('base64url'),
  }
  await writePrivateFile(file(folder), `${JSON.stringify(made)}\n`)
  return made
}
