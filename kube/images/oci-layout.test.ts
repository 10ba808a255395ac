import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readImage } from './oci-layout.ts'

const manifestType = 'application/vnd.oci.image.manifest.v1+json'
const indexType = 'application/vnd.oci.image.index.v1+json'
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'andamio-layout-'))
  await mkdir(join(folder, 'blobs/sha256'), { recursive: true })
})
afterEach(() => rm(folder, { recursive: true }))

async function blob(content: string, mediaType: string) {
  const hex = createHash('sha256').update(content).digest('hex')
  await writeFile(join(folder, 'blobs/sha256', hex), content)
  return { mediaType, digest: `sha256:${hex}`, size: content.length }
}

async function manifest(text: string) {
  const [config, layer] = [await blob(`config of ${text}`, 'config'), await blob(`layer of ${text}`, 'layer')]
  return { config, layer, own: await blob(JSON.stringify({ config, layers: [layer] }), manifestType) }
}

const layout = (manifests: readonly object[]) => writeFile(join(folder, 'index.json'), JSON.stringify({ manifests }))

test('an image is its manifest as it stands, its configuration and its layers', async () => {
  const { config, layer, own } = await manifest('demo')
  await layout([own])
  const image = await readImage(folder, 'linux/amd64')
  expect(image.manifest).toMatchObject({ mediaType: manifestType, digest: own.digest })
  expect(image.blobs.map(({ digest, bytes }) => [digest, bytes])).toEqual([
    [config.digest, config.size],
    [layer.digest, layer.size],
  ])
  const [, packed] = image.blobs
  if (!packed || !('file' in packed)) expect.fail('the layer lies in a file')
  expect(await readFile(packed.file, 'utf8')).toBe('layer of demo')
})

test('of several platforms the right one is taken, through an index within the index', async () => {
  const [amd, arm] = [await manifest('amd64'), await manifest('arm64')]
  const inner = await blob(
    JSON.stringify({
      manifests: [
        { ...arm.own, platform: { os: 'linux', architecture: 'arm64' } },
        { ...amd.own, platform: { os: 'linux', architecture: 'amd64' } },
        { ...amd.own, platform: { os: 'unknown', architecture: 'unknown' } },
      ],
    }),
    indexType,
  )
  await layout([inner])
  expect((await readImage(folder, 'linux/amd64')).manifest.digest).toBe(amd.own.digest)
  expect((await readImage(folder, 'linux/arm64')).manifest.digest).toBe(arm.own.digest)
  await expect(readImage(folder, 'linux/riscv64')).rejects.toThrow('not built for linux/riscv64')
})

test('a manifest that was changed on disk is not pushed', async () => {
  const { own } = await manifest('demo')
  await layout([own])
  const path = join(folder, 'blobs/sha256', own.digest.slice(7))
  await writeFile(path, `${await readFile(path, 'utf8')} `)
  await expect(readImage(folder, 'linux/amd64')).rejects.toThrow('not what its name says')
})
