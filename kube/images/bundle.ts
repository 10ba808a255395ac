import { join } from 'node:path'
import { AndamioError } from '../../engine/errors.ts'
import { lockedPackages } from './locked-packages.ts'
import { sourcesOf } from './sources.ts'

/** The language of Node 20, which is also what the sources are tested with. */
const target = 'node20'

export interface Bundle {
  /** The project: it has a `package-lock.json` and a `node_modules`. */
  readonly root: string
  /** The program's main file, relative to `root`. */
  readonly entry: string
}

/** What decides how a bundle comes out: its sources are the caller's to hash, these are all else. */
export function bundleParts({ root, entry }: Bundle): { files: readonly string[]; pinned: readonly string[] } {
  const { files, packages } = sourcesOf(root, entry)
  const pinned = lockedPackages(root, [...packages, 'esbuild']).map(({ pinned }) => pinned)
  return { files, pinned: [target, ...pinned] }
}

/** Makes one ES module of a TypeScript program and the packages that it imports. Throws `image-build-failed`. */
export async function bundle({ root, entry }: Bundle, outfile: string): Promise<void> {
  const { build } = await import('esbuild')
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target,
    legalComments: 'eof',
    metafile: true,
    logLevel: 'silent',
  }).catch(error => {
    throw new AndamioError({
      code: 'image-build-failed',
      message: `The program ${entry} could not be made into one file.`,
      place: join(root, entry),
      cause: (error as Error).message,
      next: 'Mend what is named, and run again.',
    })
  })
  refuseUncounted({ root, entry }, Object.keys(metafile.inputs))
}

/** The image's tag is made of what imports tell. Had the bundler taken anything else, a change of it would go unseen. */
function refuseUncounted({ root, entry }: Bundle, inputs: readonly string[]): void {
  const { files, packages } = sourcesOf(root, entry)
  const names = new Set(lockedPackages(root, packages).map(({ name }) => name))
  const parts = inputs.map(input => ({ input, name: packageIn.exec(input)?.[1] }))
  const uncounted = parts.filter(({ input, name }) => (name === undefined ? !files.includes(input) : !names.has(name)))
  const told = [...new Set(uncounted.map(({ input, name }) => name ?? input))]
  if (told.length > 0) throw new Error(`the bundle of ${entry} holds ${told.join(', ')}, which its tag leaves out`)
}

/** Name of the package that a file belongs to, by the last node_modules in its path. */
const packageIn = /.*\bnode_modules\/((?:@[^/]+\/)?[^/]+)\//
