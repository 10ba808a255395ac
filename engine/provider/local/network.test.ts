import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { ApiProbe } from '../../resource/probe.ts'
import { absent, present } from '../../resource/resource.ts'
import { forgetAddress, readRecord, subnetsOfOthers, writeRecord } from '../lab/network-record.ts'
import { labNetwork, type NetworkState, noLabNetwork } from './network.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'network-'))
})
afterEach(() => rm(folder, { recursive: true }))

const still = { change: () => false }
const whole: NetworkState = {
  subnet: '10.55.0.0/24',
  addresses: { cp: '10.55.0.10' },
  namespace: true,
  uplink: true,
  firewall: true,
  forwarding: true,
}
const network = () =>
  labNetwork({ lab: 'unit-test', record: join(folder, 'unit-test', 'network.json'), hosts: [{ name: 'cp' }] })

it('is absent, for anyone who asks, where nothing of it was made', async () => {
  expect(await (network().probe as ApiProbe<NetworkState, undefined>).read(undefined)).toEqual(absent)
})

it('is whole only with every part and an address for every host', () => {
  expect(network().diff(present(whole), still)).toEqual([])
  expect(network().diff(present({ ...whole, firewall: false }), still)).toEqual([
    { attribute: 'firewall', before: false, after: true },
  ])
  expect(network().diff(present({ ...whole, addresses: {} }), still)).toEqual([
    { attribute: 'address of cp', before: null, after: { late: 'the next free address' } },
  ])
  expect(network().diff(absent, still)).toHaveLength(1)
})

it('is to go while any part of it is there', () => {
  const gone = noLabNetwork({ lab: 'unit-test', record: join(folder, 'network.json'), hosts: [] })
  expect(gone.diff(present({ ...whole, namespace: false }), still)).toHaveLength(1)
  expect(gone.diff(absent, still)).toEqual([])
})

it("remembers addresses, frees those of hosts that go, and knows the other labs' subnets", async () => {
  const [one, two] = ['one', 'two'].map(lab => join(folder, lab, 'network.json')) as [string, string]
  writeRecord(one, { subnet: '10.55.0.0/24', addresses: { a: '10.55.0.10', b: '10.55.0.11' } })
  writeRecord(two, { subnet: '10.55.7.0/24', addresses: {} })
  await writeFile(join(folder, 'notes.txt'), 'a file among the labs')
  forgetAddress(one, 'a')
  forgetAddress(one, 'never-there')
  expect(readRecord(one)?.addresses).toEqual({ b: '10.55.0.11' })
  expect(await subnetsOfOthers(one)).toEqual(['10.55.7.0/24'])
})
