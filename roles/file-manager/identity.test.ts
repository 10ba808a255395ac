import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openAuthority } from '../../engine/pki/authority.ts'
import { existingFileManagerIdentity, identityState, openFileManagerIdentity, verifiedName } from './identity.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'andamio-identity-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('looking makes nothing, and what is made is found again as it was', async () => {
  expect(await existingFileManagerIdentity(folder)).toBeUndefined()
  expect(await identityState(folder)).toEqual({ certificate: false, tokens: false })
  const made = await openFileManagerIdentity(folder, 'demo')
  const found = await existingFileManagerIdentity(folder)
  expect(await identityState(folder)).toEqual({ certificate: true, tokens: true })
  for (const part of ['key', 'clientToken', 'serverToken'] as const)
    expect(found?.[part].reveal()).toBe(made[part].reveal())
  expect([found?.certificate, found?.ca]).toEqual([made.certificate, made.ca])
})

test('the certificate is for the one name, for 90 days', async () => {
  const { certificate, ca } = await openFileManagerIdentity(folder, 'demo')
  const read = new X509Certificate(certificate)
  expect(read.subjectAltName).toBe(`DNS:${verifiedName}`)
  expect(read.verify(new X509Certificate(ca).publicKey)).toBe(true)
  expect((Date.parse(read.validTo) - Date.parse(read.validFrom)) / 86_400_000).toBe(90)
})

test('tokens are two, of 256 bits, for nobody else to read or to see', async () => {
  const { clientToken, serverToken } = await openFileManagerIdentity(folder, 'demo')
  const [client, server] = [clientToken.reveal(), serverToken.reveal()]
  expect(client).not.toBe(server)
  for (const token of [client, server]) expect(Buffer.from(token, 'base64url')).toHaveLength(32)
  expect(JSON.stringify({ clientToken }) + String(serverToken)).not.toMatch(new RegExp(`${client}|${server}`))
  expect((await stat(join(folder, 'file-manager.json'))).mode & 0o777).toBe(0o600)
})

test('a certificate with less than a month left is wanting, and is made anew with the same tokens', async () => {
  const before = await openFileManagerIdentity(folder, 'demo')
  const ending = await (await openAuthority(folder, 'demo')).server('short', [verifiedName], 29)
  await writeFile(join(folder, 'pki/file-manager.crt'), ending.certificate)
  await writeFile(join(folder, 'pki/file-manager.key'), ending.key.reveal())
  expect(await identityState(folder)).toEqual({ certificate: false, tokens: true })
  expect(await existingFileManagerIdentity(folder)).toBeUndefined()
  const after = await openFileManagerIdentity(folder, 'demo')
  expect(after.clientToken.reveal()).toBe(before.clientToken.reveal())
  expect(new X509Certificate(after.certificate).serialNumber).not.toBe(
    new X509Certificate(ending.certificate).serialNumber,
  )
  expect(await identityState(folder)).toEqual({ certificate: true, tokens: true })
})
