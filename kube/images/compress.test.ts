import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { compressed } from './compress.ts'
import type { Image } from './oci-layout.ts'

const plain = 'application/vnd.oci.image.layer.v1.tar'
const digestOf = (content: string | Buffer) => `sha256:${createHash('sha256').update(content).digest('hex')}`
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'andamio-compress-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function imageOf(...layers: readonly { readonly text: string; readonly mediaType: string }[]): Promise<Image> {
  const parts = [{ text: '{}', mediaType: 'application/vnd.oci.image.config.v1+json' }, ...layers]
  const blobs = parts.map(({ text }, index) => ({
    digest: digestOf(text),
    bytes: text.length,
    file: join(folder, `${index}`),
  }))
  for (const [index, { text }] of parts.entries()) await writeFile(join(folder, `${index}`), text)
  const [config, ...rest] = parts.map(({ text, mediaType }) => ({
    mediaType,
    digest: digestOf(text),
    size: text.length,
  }))
  const content = Buffer.from(JSON.stringify({ schemaVersion: 2, config, layers: rest }))
  return {
    manifest: { mediaType: 'application/vnd.oci.image.manifest.v1+json', content, digest: digestOf(content) },
    blobs,
  }
}

test('a plain layer is packed, one that is packed stays, and the manifest names what there is', async () => {
  const packed = { text: 'packed already', mediaType: `${plain}+gzip` }
  const before = await imageOf({ text: 'x'.repeat(10_000), mediaType: plain }, packed)
  const after = await compressed(before, folder)
  const { config, layers } = JSON.parse(after.manifest.content.toString())
  expect(config).toEqual(JSON.parse(before.manifest.content.toString()).config)
  expect(layers[0].mediaType).toBe(`${plain}+gzip`)
  expect(layers[1]).toMatchObject({ digest: digestOf(packed.text) })
  expect(after.manifest.digest).toBe(digestOf(after.manifest.content))
  expect(after.blobs.map(({ digest, bytes }) => ({ digest, size: bytes }))).toEqual(
    expect.arrayContaining([config, ...layers].map(({ digest, size }) => ({ digest, size }))),
  )
  expect(after.blobs).toHaveLength(3)
  const blob = after.blobs.find(({ digest }) => digest === layers[0].digest)
  const content = await readFile(blob && 'file' in blob ? blob.file : '')
  expect([digestOf(content), content.length < 200]).toEqual([layers[0].digest, true])
  expect(gunzipSync(content).toString()).toBe('x'.repeat(10_000))
})

test('the same layer gives the same bytes, and an image that is packed is left as it is', async () => {
  const again = async () => (await compressed(await imageOf({ text: 'abc', mediaType: plain }), folder)).manifest.digest
  expect(await again()).toBe(await again())
  const twice = await compressed(
    await imageOf({ text: 'abc', mediaType: plain }, { text: 'abc', mediaType: plain }),
    folder,
  )
  const [one, other] = JSON.parse(twice.manifest.content.toString()).layers
  expect(other).toEqual(one)
  const image = await imageOf({ text: 'abc', mediaType: `${plain}+gzip` })
  expect(await compressed(image, folder)).toBe(image)
})
