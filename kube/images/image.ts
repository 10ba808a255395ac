import { AndamioError } from '../../engine/errors.ts'
import type { Resource } from '../../engine/resource/resource.ts'
import { present } from '../../engine/resource/resource.ts'
import type { RegistryReader, RegistryWriter } from '../registry/push.ts'
import { withBuiltImage } from './build.ts'
import type { ImageContext } from './context.ts'
import type { Image } from './oci-layout.ts'
import { type ImagePlace, labPlace } from './place.ts'

/** Found under the wished tag. */
export interface ImageState {
  readonly [attribute: string]: string
  readonly tag: string
}

/** An image of ours in its registry. Its tag is the hash of its sources, so one that is there is right. */
export function image(context: ImageContext, place = labPlace): Resource<ImageState, RegistryWriter> {
  const { name, tag } = context
  return {
    kind: 'image',
    id: `${place.prefix}/${name}`,
    probe: {
      of: 'api',
      target: place.target,
      read: async (reader: RegistryReader) => {
        const found = await reader.digestOf(place.repositoryOf(name), tag)
        return found.is === 'present' ? present({ tag }) : found
      },
    },
    diff: is => (is.is === 'present' ? [] : [{ attribute: 'tag', before: null, after: tag }]),
    apply: on => withBuiltImage(context, built => push(on, context, built, place)),
  }
}

/** Throws `push-failed`, or what says that this run may not act any more. */
export async function push(
  on: RegistryWriter,
  { name, tag }: Pick<ImageContext, 'name' | 'tag'>,
  built: Image,
  { prefix, repositoryOf, hint }: ImagePlace = labPlace,
): Promise<void> {
  try {
    await on.push(repositoryOf(name), tag, built)
  } catch (error) {
    if (error instanceof AndamioError) throw error
    throw new AndamioError(
      {
        code: 'push-failed',
        message: `The image ${prefix}/${name}:${tag} could not be pushed.`,
        cause: (error as Error).message,
        next: hint,
      },
      undefined,
      { cause: error },
    )
  }
}
