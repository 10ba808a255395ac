import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Late } from '../../resource/late.ts'
import { absent } from '../../resource/resource.ts'
import { type HostLayout, labLayout } from '../lab/layout.ts'
import { hostDisk, noHostDisk } from './disk.ts'

let folder: string
let image: string
let layout: HostLayout

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'disk-'))
  image = join(folder, "an image's copy")
  layout = labLayout(folder).host('cp')
  const file = await open(image, 'w')
  await file.write('begin')
  await file.truncate(8 * 2 ** 20)
  await file.close()
})
afterEach(() => {
  vi.unstubAllEnvs()
  return rm(folder, { recursive: true })
})

it('copies the image, private, whole and with its holes', async () => {
  await hostDisk({ host: 'cp', layout, image: new Late('image', () => image) }).apply(undefined, absent)
  const { size, blocks, mode } = await stat(layout.disk)
  expect(size).toBe(8 * 2 ** 20)
  expect(blocks * 512).toBeLessThan(2 ** 20)
  expect((mode & 0o777).toString(8)).toBe('600')
  expect((await readFile(layout.disk)).toString('latin1', 0, 5)).toBe('begin')
})

it.each([
  ['16M', 16],
  ['1M', 8],
])('grows the copy to the size asked for, and never shrinks it: %s', async (size, mebibytes) => {
  await hostDisk({ host: 'cp', layout, image, size }).apply(undefined, absent)
  expect((await stat(layout.disk)).size).toBe(mebibytes * 2 ** 20)
})

it('begins a copy anew that was cut off', async () => {
  await mkdir(layout.folder, { recursive: true })
  await writeFile(`${layout.disk}.new`, 'x'.repeat(9 * 2 ** 20))
  await hostDisk({ host: 'cp', layout, image }).apply(undefined, absent)
  expect((await stat(layout.disk)).size).toBe(8 * 2 ** 20)
})

it('takes what the copy of a killed run has made, which nothing stops: never a half, never one over the other', async () => {
  // A cp that comes to its middle, says so, and goes on when told to.
  const slow = join(folder, 'cp')
  const script = `#!/bin/sh
while [ $# -gt 2 ]; do shift; done
head -c 4194304 "$1" >"$2"; touch ${join(folder, 'half')}
until [ -e ${join(folder, 'go')} ]; do sleep 0.02; done
tail -c +4194305 "$1" >>"$2"\n`
  await writeFile(slow, script, { mode: 0o755 })
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`)
  const orphan = hostDisk({ host: 'cp', layout, image }).apply(undefined, absent)
  await vi.waitUntil(() => existsSync(join(folder, 'half')), { timeout: 10_000 })
  vi.unstubAllEnvs()

  let settled = false
  const next = hostDisk({ host: 'cp', layout, image }).apply(undefined, absent)
  next.catch(() => undefined).finally(() => (settled = true))
  const { ino } = await stat(layout.folder)
  const waits = () => readFileSync('/proc/locks', 'utf8').match(new RegExp(`-> FLOCK .*:${ino} `)) !== null
  await vi.waitUntil(() => settled || waits(), { timeout: 10_000 })
  const before = settled ? await stat(layout.disk) : undefined
  await writeFile(join(folder, 'go'), '')
  await Promise.all([orphan, next])
  expect(before, 'the disk of a host that may run already').toBeUndefined()
  expect(await readdir(layout.folder)).toEqual(['disk.img'])
  expect(Buffer.compare(await readFile(layout.disk), await readFile(image))).toBe(0)
})

it('removes a disk, a half copy too', async () => {
  await hostDisk({ host: 'cp', layout, image }).apply(undefined, absent)
  await writeFile(`${layout.disk}.new`, 'x')
  await noHostDisk('cp', layout).apply(undefined, absent)
  expect(await readdir(layout.folder)).toEqual([])
})
