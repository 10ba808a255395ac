import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'

/** `digest` is `sha256:<hex>`. */
export type Blob = { readonly digest: string; readonly bytes: number } & (
  | { readonly file: string }
  | { readonly content: Buffer }
)

/** One image, as it will lie in a registry. */
export interface Image {
  readonly manifest: { readonly mediaType: string; readonly content: Buffer; readonly digest: string }
  /** The configuration and the layers. */
  readonly blobs: readonly Blob[]
}

const descriptor = z.object({
  mediaType: z.string(),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  size: z.number(),
  platform: z.object({ os: z.string(), architecture: z.string() }).optional(),
})
const index = z.object({ manifests: z.array(descriptor).min(1) })
const manifest = z.object({ config: descriptor, layers: z.array(descriptor) })
type Descriptor = z.infer<typeof descriptor>

/**
 * Reads the image for `platform` out of an OCI image layout, the folder format that docker, podman and buildah all
 * write. An index in an index, as Docker's containerd store makes, is followed.
 */
export async function readImage(folder: string, platform: string): Promise<Image> {
  let chosen = choose(index.parse(await readJson(join(folder, 'index.json'))).manifests, platform)
  while (chosen.mediaType.includes('index') || chosen.mediaType.includes('manifest.list')) {
    chosen = choose(index.parse(await readJson(blobFile(folder, chosen.digest))).manifests, platform)
  }
  const content = await readFile(blobFile(folder, chosen.digest))
  if (`sha256:${createHash('sha256').update(content).digest('hex')}` !== chosen.digest) {
    throw new Error(`${blobFile(folder, chosen.digest)} is not what its name says`)
  }
  const { config, layers } = manifest.parse(JSON.parse(content.toString()))
  const blobs = [config, ...layers].map(({ digest, size }) => ({ digest, bytes: size, file: blobFile(folder, digest) }))
  return { manifest: { mediaType: chosen.mediaType, content, digest: chosen.digest }, blobs }
}

/** Where none names a platform there is one image, built for the one that was asked for. */
function choose(manifests: readonly Descriptor[], platform: string): Descriptor {
  const named = manifests.find(({ platform: of }) => of && `${of.os}/${of.architecture}` === platform)
  const chosen = named ?? manifests.find(({ platform: of }) => !of)
  if (!chosen) throw new Error(`the image was not built for ${platform}`)
  return chosen
}

const blobFile = (folder: string, digest: string): string => join(folder, 'blobs', 'sha256', digest.slice(7))

const readJson = async (file: string): Promise<unknown> => JSON.parse(await readFile(file, 'utf8'))
