import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { Blob, Image } from './oci-layout.ts'

/** Of layers that travel as they are, with what they are once compressed. */
const compressedAs: Readonly<Record<string, string>> = {
  'application/vnd.oci.image.layer.v1.tar': 'application/vnd.oci.image.layer.v1.tar+gzip',
  'application/vnd.docker.image.rootfs.diff.tar': 'application/vnd.docker.image.rootfs.diff.tar.gzip',
}

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

/**
 * The same image with every layer compressed: Docker's classic store saves plain archives, and a node would have to pull
 * three times as much. New files lie in `folder`. What the layers hold stays, and so does the image's configuration.
 */
export async function compressed(image: Image, folder: string): Promise<Image> {
  const manifest = JSON.parse(image.manifest.content.toString()) as { readonly layers: readonly Descriptor[] }
  const blobs = new Map(image.blobs.map(blob => [blob.digest, blob]))
  const packed = new Map<string, Blob & { readonly file: string }>()
  const layers: Descriptor[] = []
  for (const layer of manifest.layers) {
    const mediaType = compressedAs[layer.mediaType]
    const blob = blobs.get(layer.digest)
    if (mediaType === undefined || !blob || !('file' in blob)) {
      layers.push(layer)
      continue
    }
    // The same layer may be there twice.
    const done = packed.get(layer.digest) ?? (await gzip(blob.file, join(folder, `layer-${layers.length}.tar.gz`)))
    packed.set(layer.digest, done)
    layers.push({ ...layer, mediaType, digest: done.digest, size: done.bytes })
  }
  if (layers.every((layer, index) => layer === manifest.layers[index])) return image
  const content = Buffer.from(JSON.stringify({ ...manifest, layers }))
  const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`
  return {
    manifest: { ...image.manifest, content, digest },
    blobs: [...blobs].map(([plain, blob]) => packed.get(plain) ?? blob),
  }
}

async function gzip(from: string, file: string): Promise<Blob & { readonly file: string }> {
  const hash = createHash('sha256')
  await pipeline(
    createReadStream(from),
    createGzip(),
    async function* (parts: AsyncIterable<Buffer>) {
      for await (const part of parts) {
        hash.update(part)
        yield part
      }
    },
    createWriteStream(file),
  )
  return { digest: `sha256:${hash.digest('hex')}`, bytes: (await stat(file)).size, file }
}
