import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { writeRecord } from '../lab/network-record.ts'
import { labOfAnother } from './lab-of-another.ts'
import { labNames } from './names.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'another-'))
  await mkdir(join(folder, 'netns'))
  await mkdir(join(folder, 'net'))
})
afterEach(() => rm(folder, { recursive: true }))

const asked = (uid: number) =>
  labOfAnother({ lab: 'unit-test', record: join(folder, 'unit-test', 'network.json') }, uid, {
    namespaces: join(folder, 'netns'),
    links: join(folder, 'net'),
  })

const { namespace, uplink } = labNames('unit-test')

it('is none where this machine shows no part of it', async () => {
  expect(await asked(0)).toBeUndefined()
  expect(await asked(1000)).toBeUndefined()
})

it.each([
  ['network namespace', `netns/${namespace}`],
  ['cable', `net/${uplink}`],
])('is there with its %s, and an ordinary user is told of sudo', async (_, part) => {
  await writeFile(join(folder, part), '')
  expect(await asked(1000)).toMatchObject({ code: 'lab-name-taken', next: expect.stringMatching(/ with sudo\. /) })
  expect(await asked(0)).toMatchObject({ code: 'lab-name-taken', next: expect.not.stringContaining('sudo') })
})

it('is none where the lab was made from this state folder', async () => {
  await writeFile(join(folder, 'netns', namespace), '')
  writeRecord(join(folder, 'unit-test', 'network.json'), { subnet: '10.55.0.0/24', addresses: {} })
  expect(await asked(0)).toBeUndefined()
})
