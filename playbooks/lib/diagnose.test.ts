import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Run } from '../../engine/play/run.ts'
import { absent } from '../../engine/resource/resource.ts'
import { diagnose } from './diagnose.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'andamio-diagnose-'))
})
afterEach(() => rm(folder, { recursive: true }))

it('is refused where it cannot be written, before anything is gathered', async () => {
  const run = { lab: { name: 'bare', hosts: [] }, emit: () => undefined }
  const gathering = diagnose(join(folder, 'no', 'archive.tar.gz')).perform(run as unknown as Run)
  await expect(gathering).rejects.toMatchObject({ exit: 64, failure: { code: 'file-unwritable' } })
})

it('is for its owner only, also in the place of a file that everybody may read', async () => {
  const file = join(folder, 'archive.tar.gz')
  await writeFile(file, 'old', { mode: 0o644 })
  const lab = { name: 'bare', hosts: [] as readonly { name: string }[] }
  const run = { lab, api: async () => absent, emit: () => undefined }
  await diagnose(file).perform(run as unknown as Run)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(gunzipSync(await readFile(file)).toString()).toContain('cluster/none.txt')
})
