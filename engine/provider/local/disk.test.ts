import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Late } from '../../resource/late.ts'
import { absent } from '../../resource/resource.ts'
import { hostDisk, noHostDisk } from './disk.ts'
import { type HostLayout, labLayout } from './layout.ts'

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
afterEach(() => rm(folder, { recursive: true }))

it('copies the image, private, whole and with its holes', async () => {
  await hostDisk({ host: 'cp', layout, image: new Late('image', () => image) }).apply(undefined, absent)
  const { size, blocks, mode } = await stat(layout.disk)
  expect(size).toBe(8 * 2 ** 20)
  expect(blocks * 512).toBeLessThan(2 ** 20)
  expect((mode & 0o777).toString(8)).toBe('600')
  expect((await readFile(layout.disk)).toString('latin1', 0, 5)).toBe('begin')
})

it('grows the copy to the size asked for, and never shrinks it', async () => {
  await hostDisk({ host: 'cp', layout, image, size: '16M' }).apply(undefined, absent)
  expect((await stat(layout.disk)).size).toBe(16 * 2 ** 20)
  await hostDisk({ host: 'cp', layout, image, size: '1M' }).apply(undefined, absent)
  expect((await stat(layout.disk)).size).toBe(8 * 2 ** 20)
})

it('begins a copy anew that was cut off', async () => {
  await mkdir(layout.folder, { recursive: true })
  await writeFile(`${layout.disk}.new`, 'x'.repeat(9 * 2 ** 20))
  await hostDisk({ host: 'cp', layout, image }).apply(undefined, absent)
  expect((await stat(layout.disk)).size).toBe(8 * 2 ** 20)
})

it('removes a disk, a half copy too', async () => {
  await hostDisk({ host: 'cp', layout, image }).apply(undefined, absent)
  await writeFile(`${layout.disk}.new`, 'x')
  await noHostDisk('cp', layout).apply(undefined, absent)
  expect(await readdir(layout.folder)).toEqual([])
})
