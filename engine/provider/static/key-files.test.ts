import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parseInventory } from '../../inventory/parse.ts'
import { InventoryError } from '../../inventory/problems.ts'
import { refuseMissingKeys } from './key-files.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keys-'))
  await writeFile(join(folder, 'mine'), 'a key', { mode: 0o600 })
  await writeFile(join(folder, 'open'), 'a key', { mode: 0o640 })
  await writeFile(join(folder, 'mine.pub'), 'ssh-ed25519 AAAAC3Nza me@here\n', { mode: 0o600 })
  await mkdir(join(folder, 'folder'))
})
afterAll(() => rm(folder, { recursive: true }))

function told(text: string): readonly string[] {
  const file = join(folder, 'lab.yaml')
  try {
    parseInventory(file, text, { roleVars: {}, needs: refuseMissingKeys })
    return []
  } catch (error) {
    if (!(error instanceof InventoryError)) throw error
    expect(error.exit).toBe(64)
    return error.problems.map(({ place, path, message }) => `${place.replace(`${file}:`, '')} ${path}: ${message}`)
  }
}

const lab = (settings: string, key: string) =>
  `lab: own\nprovider: static\n${settings}hosts:\n  a: { address: 192.0.2.1 }\n  b: { address: 192.0.2.2, key: ${key} }\n`

it('takes keys beside the inventory, and none', () => {
  expect(told(lab('static: { key: mine }\n', './mine'))).toEqual([])
  expect(told(lab('', join(folder, 'mine')))).toEqual([])
})

it('refuses each that is not there where it is written, once', () => {
  expect(told(lab('static: { key: ~/none/such }\n', 'gone'))).toEqual([
    '3:16 static.key: the key file ~/none/such does not exist',
    '6:33 hosts.b.key: the key file gone does not exist',
  ])
  const three = lab('static: { key: gone }\n', 'mine').replace(
    '  a: { address: 192.0.2.1 }',
    '  a: { address: 192.0.2.1 }\n  c: { address: 192.0.2.3 }',
  )
  expect(told(three)).toEqual(['3:16 static.key: the key file gone does not exist'])
})

it('refuses what is no file', () => {
  expect(told(lab('', 'folder'))).toEqual(['5:33 hosts.b.key: the key file folder is no file'])
})

it('refuses what ssh would not take: a public key, and one that others may read', () => {
  expect(told(lab('', 'mine.pub'))).toEqual(['5:33 hosts.b.key: the key file mine.pub is a public key'])
  expect(told(lab('', 'open'))).toEqual(['5:33 hosts.b.key: the key file open is open to others (mode 640)'])
})
