import { AndamioError } from '../../engine/errors.ts'
import type { Resource } from '../../engine/resource/resource.ts'
import { present } from '../../engine/resource/resource.ts'
import { labRegistry } from '../registry/lab-registry.ts'
import { type RegistryReader, type RegistryWriter, registry } from '../registry/target.ts'
import { withBuiltImage } from './build.ts'
import type { ImageContext } from './context.ts'
import type { Image } from './oci-layout.ts'

/** Found under the wished tag. */
export interface ImageState {
  readonly [attribute: string]: string
  readonly tag: string
}

/** Full name of an image of ours, for manifests: `registry.lab.internal/probe:0123456789abcdef`. */
export const imageReference = ({ name, tag }: Pick<ImageContext, 'name' | 'tag'>): string =>
  `${labRegistry.name}/${name}:${tag}`

/** An image of ours in the lab's registry. Its tag is the hash of its sources, so one that is there is right. */
export function image(context: ImageContext): Resource<ImageState, RegistryWriter> {
  const { name, tag } = context
  return {
    kind: 'image',
    id: `${labRegistry.name}/${name}`,
    probe: {
      of: 'api',
      target: registry,
      read: async (reader: RegistryReader) => {
        const found = await reader.digestOf(name, tag)
        return found.is === 'present' ? present({ tag }) : found
      },
    },
    diff: is => (is.is === 'present' ? [] : [{ attribute: 'tag', before: null, after: tag }]),
    apply: on => withBuiltImage(context, built => push(on, context, built)),
  }
}

/** Throws `push-failed`, or what says that this run may not act any more. */
export async function push(
  on: RegistryWriter,
  { name, tag }: Pick<ImageContext, 'name' | 'tag'>,
  built: Image,
): Promise<void> {
  try {
    await on.push(name, tag, built)
  } catch (error) {
    if (error instanceof AndamioError) throw error
    throw new AndamioError(
      {
        code: 'push-failed',
        message: `The image ${name}:${tag} could not be pushed to the lab's registry.`,
        cause: (error as Error).message,
        next: `Look at the log on the storage host (journalctl -u docker-registry) and run again.`,
      },
      undefined,
      { cause: error },
    )
  }
}
