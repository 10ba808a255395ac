import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AndamioError } from '../../engine/errors.ts'
import { type Builder, builders } from './builders.ts'
import { compressed } from './compress.ts'
import { contextOf, type ImageContext } from './context.ts'
import { type Image, readImage } from './oci-layout.ts'
import { prepareContext } from './prepare.ts'

/** Builds an image and hands it to `use`; its files are gone afterwards, whatever happened. */
export async function withBuiltImage(context: ImageContext, use: (image: Image) => Promise<void>): Promise<void> {
  const builder = await findBuilder()
  const folder = await mkdtemp(join(tmpdir(), 'andamio-image-'))
  const [prepared, scratch, into] = ['context', 'scratch', 'image'].map(name => join(folder, name)) as [
    string,
    string,
    string,
  ]
  try {
    await mkdir(scratch)
    await prepareContext(context, prepared)
    await builder.build({ ...context, context: prepared, scratch, into })
    await use(await compressed(await readImage(into, context.platform), folder))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Throws where this machine lacks something that building these images takes. Only looks. */
export async function needToBuild(contexts: readonly ImageContext[]): Promise<void> {
  if (contexts.length === 0) return
  await findBuilder()
  for (const context of contexts) await contextOf(context.folder).program?.needs(context)
}

/** The first of docker, podman and buildah that is there and works. Throws `no-image-builder` and why each does not. */
export async function findBuilder(candidates: readonly Builder[] = builders): Promise<Builder> {
  const answers: string[] = []
  for (const candidate of candidates) {
    const why = await candidate.whyNot()
    if (why === undefined) return candidate
    answers.push(`${candidate.program}: ${why}`)
  }
  throw new AndamioError({
    code: 'no-image-builder',
    message: 'Images cannot be built: neither docker nor podman nor buildah works on this machine.',
    cause: answers.join('; '),
    next: 'Start Docker, or install buildah (apt-get install buildah), which needs no daemon.',
  })
}
