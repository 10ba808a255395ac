import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { writeRecord } from '../lab/network-record.ts'
import { chooseSubnet } from './choose-subnet.ts'
import type { NetworkWish } from './network-wish.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'subnet-'))
})
afterEach(() => rm(folder, { recursive: true }))

const wish = (more: Partial<NetworkWish> = {}): NetworkWish => ({
  lab: 'unit-test',
  record: join(folder, 'unit-test', 'network.json'),
  hosts: [],
  ...more,
})

it("passes over the subnet of a lab that does not run now, and of this machine's own links", async () => {
  const first = await chooseSubnet(wish())
  expect(first).not.toMatch(/^127\./)
  writeRecord(join(folder, 'stopped', 'network.json'), { subnet: first, addresses: {} })
  expect(await chooseSubnet(wish())).not.toBe(first)
  await expect(chooseSubnet(wish({ subnet: first }))).rejects.toThrow('is in use')
  await expect(chooseSubnet(wish({ subnet: '127.0.0.0/24' }))).rejects.toThrow('is in use')
})

it('refuses an address outside the network, and a network without room', async () => {
  const hosts = [{ name: 'cp', address: '10.200.0.10' }]
  await expect(chooseSubnet(wish({ hosts }))).rejects.toThrow('cp asks for 10.200.0.10')
  await expect(chooseSubnet(wish({ hosts, subnet: '10.201.0.0/24' }))).rejects.toThrow('not in the subnet')
  await expect(chooseSubnet(wish({ subnet: '10.201.0.0/28' }))).rejects.toThrow('too small')
})
