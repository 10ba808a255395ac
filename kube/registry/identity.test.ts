import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compare } from 'bcryptjs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { existingRegistryIdentity, openRegistryIdentity, registryAccess } from './identity.ts'

let folder: string
const address = '10.55.0.15'

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'andamio-registry-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('who looks only makes nothing', async () => {
  expect(await existingRegistryIdentity(folder, address)).toBeUndefined()
  expect(await registryAccess(folder)).toBeUndefined()
  expect(await stat(join(folder, 'pki')).catch(() => 'nothing')).toBe('nothing')
})

test('the password is made once, fits its hash, and is shown to nobody', async () => {
  const made = await openRegistryIdentity(folder, 'demo', address)
  const again = await openRegistryIdentity(folder, 'demo', address)
  const [user, hash] = made.passwordFile.reveal().trim().split(':')
  expect(user).toBe('push')
  expect(hash).toMatch(/^\$2[aby]\$/) // what docker-registry takes, and nothing else
  expect(await compare(made.password.reveal(), hash ?? '')).toBe(true)
  expect(again.password.reveal()).toBe(made.password.reveal())
  expect(again.certificate).toBe(made.certificate)
  expect(JSON.stringify(made)).not.toContain(made.password.reveal())
  expect((await stat(join(folder, 'registry.json'))).mode & 0o777).toBe(0o600)
})

test('a storage host with another address needs another certificate, and keeps the password', async () => {
  const made = await openRegistryIdentity(folder, 'demo', address)
  expect(await existingRegistryIdentity(folder, '10.55.0.99')).toBeUndefined()
  const moved = await openRegistryIdentity(folder, 'demo', '10.55.0.99')
  expect(moved.certificate).not.toBe(made.certificate)
  expect(moved.password.reveal()).toBe(made.password.reveal())
})
