import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ownIdentity } from '../../process/identity.ts'
import { type LabLayout, labLayout } from '../lab/layout.ts'
import { writeRecord } from '../lab/network-record.ts'
import { findHost } from './find.ts'

let lab: LabLayout
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'find-'))
  lab = labLayout(folder)
})
afterEach(() => rm(folder, { recursive: true }))

it('finds nothing where nothing was made', async () => {
  expect(await findHost('cp', labLayout(join(folder, 'none')))).toEqual({ is: 'absent' })
})

it('finds a host with a disk stopped, one whose process lives running, with its way in', async () => {
  const cp = lab.host('cp')
  await mkdir(cp.folder, { recursive: true })
  await writeFile(cp.disk, '')
  writeRecord(lab.network, { subnet: '10.55.0.0/24', addresses: { cp: '10.55.0.10' } })
  expect(await findHost('cp', lab)).toEqual({ is: 'stopped', address: '10.55.0.10' })

  await writeFile(cp.process, JSON.stringify(await ownIdentity()))
  expect(await findHost('cp', lab)).toMatchObject({
    is: 'running',
    address: '10.55.0.10',
    endpoint: { user: 'debian', hostKeyAlias: 'cp', knownHostsFile: cp.knownHosts, identityFiles: [lab.loginKey] },
  })

  await writeFile(cp.process, JSON.stringify({ ...(await ownIdentity()), startTime: '1' }))
  expect(await findHost('cp', lab)).toEqual({ is: 'stopped', address: '10.55.0.10' })
  // The network was made for the whole lab, and this host of it is still to come.
  writeRecord(lab.network, { subnet: '10.55.0.0/24', addresses: { worker1: '10.55.0.11' } })
  expect(await findHost('worker1', lab)).toEqual({ is: 'absent', address: '10.55.0.11' })
})

it('does not take what it cannot read for absent', async () => {
  const cp = lab.host('cp')
  await mkdir(cp.folder, { recursive: true })
  await writeFile(lab.network, '{ half')
  expect(await findHost('cp', lab)).toMatchObject({ is: 'unknown' })
})
