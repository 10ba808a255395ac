import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type ForwardingPlaces, isForwarding, needForwarding, releaseForwarding } from './forwarding.ts'

let folder: string
let places: ForwardingPlaces

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forwarding-'))
  places = { setting: join(folder, 'ip_forward'), ledger: join(folder, 'ledger') }
  await writeFile(places.setting, '0\n')
})
afterEach(() => rm(folder, { recursive: true }))

it('is switched on with the first lab and off with the last', async () => {
  await needForwarding('one', places)
  await needForwarding('two', places)
  expect(await isForwarding(places)).toBe(true)
  await releaseForwarding('one', places)
  expect(await isForwarding(places)).toBe(true)
  await releaseForwarding('two', places)
  expect(await isForwarding(places)).toBe(false)
  await expect(stat(places.ledger)).rejects.toThrow('ENOENT')
})

it('stays on where it was on before the first lab', async () => {
  await writeFile(places.setting, '1\n')
  await needForwarding('one', places)
  await releaseForwarding('one', places)
  expect(await isForwarding(places)).toBe(true)
})

it('remembers how it was even when the first run was killed half way and began again', async () => {
  await needForwarding('one', places)
  await needForwarding('one', places)
  await releaseForwarding('one', places)
  expect((await readFile(places.setting, 'utf8')).trim()).toBe('0')
})

it('leaves the setting alone when a lab that never needed it is released', async () => {
  await releaseForwarding('one', places)
  expect(await isForwarding(places)).toBe(false)
  await needForwarding('one', places)
  await releaseForwarding('other', places)
  expect(await isForwarding(places)).toBe(true)
})
