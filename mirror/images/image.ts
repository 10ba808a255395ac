import { createHash } from 'node:crypto'

/** A container image as data: what its layers hold and how it starts. */
export interface Image {
  /** `registry.k8s.io/pause:3.10.2`. */
  readonly reference: string
  readonly layers: readonly LayerContent[]
  readonly entrypoint: readonly string[]
}

/** A whole folder as the root of the file system, or single programs by their paths in the image. */
export type LayerContent = { readonly root: string } | { readonly files: Readonly<Record<string, string>> }

export interface Blob {
  readonly digest: string
  readonly size: number
}

/** A layer after packing: the digest of what travels, and of the tar archive inside. */
export interface Layer extends Blob {
  readonly file: string
  readonly diffId: string
}

export const mediaType = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** The image's configuration by the OCI image specification; without dates, so that equal content has equal digests. */
export function configOf(image: Image, layers: readonly Layer[]): Buffer {
  return json({
    architecture: 'amd64',
    os: 'linux',
    config: { Env: [`PATH=${path}`], Entrypoint: image.entrypoint },
    rootfs: { type: 'layers', diff_ids: layers.map(layer => layer.diffId) },
    history: layers.map(() => ({ created_by: 'andamio mirror' })),
  })
}

export function manifestOf(config: Buffer, layers: readonly Layer[]): Buffer {
  const { digest, size } = blobOf(config)
  return json({
    schemaVersion: 2,
    mediaType: mediaType.manifest,
    config: { mediaType: mediaType.config, digest, size },
    layers: layers.map(layer => ({ mediaType: mediaType.layer, digest: layer.digest, size: layer.size })),
  })
}

const blobOf = (content: Buffer): Blob => ({ digest: digestOf(content), size: content.length })

export const digestOf = (content: Uint8Array): string => `sha256:${createHash('sha256').update(content).digest('hex')}`

/** `registry.k8s.io/coredns/coredns:v1` -> registry.k8s.io, coredns/coredns, v1. Throws on anything else. */
export function partsOf(reference: string): { readonly host: string; readonly name: string; readonly tag: string } {
  const match = /^([a-z0-9.-]+\.[a-z]+)\/([a-z0-9._/-]+):([\w.-]+)$/.exec(reference)
  if (!match) throw new TypeError(`${reference} is not HOST/NAME:TAG`)
  const [, host = '', name = '', tag = ''] = match
  return { host, name, tag }
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
