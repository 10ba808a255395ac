import { AndamioError } from '../../engine/errors.ts'
import { type RegistryClient, RegistryError } from '../../kube/registry/client.ts'
import { configOf, digestOf, type Image, type Layer, manifestOf, mediaType, partsOf } from './image.ts'

/** Puts an image whose layers are packed into the registry. Throws `registry-refused`. */
export async function pushImage(client: RegistryClient, image: Image, layers: readonly Layer[]): Promise<void> {
  const { name, tag } = partsOf(image.reference)
  const config = configOf(image, layers)
  const manifest = manifestOf(config, layers)
  const blobs = layers.map(({ digest, size, file }) => ({ digest, bytes: size, file }))
  try {
    await client.push(name, tag, {
      manifest: { mediaType: mediaType.manifest, content: manifest, digest: digestOf(manifest) },
      blobs: [...blobs, { digest: digestOf(config), bytes: config.length, content: config }],
    })
  } catch (error) {
    throw error instanceof RegistryError ? refused(image.reference, error) : error
  }
}

const refused = (reference: string, { message }: RegistryError): AndamioError =>
  new AndamioError({
    code: 'registry-refused',
    message: `The mirror's registry refused ${reference}`,
    cause: message,
    next: 'Is the disk full? The same command resumes.',
  })
