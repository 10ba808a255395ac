import { mkdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { hashOfFile } from '../../engine/archive/hash-of-file.ts'
import type { StepWork } from '../step.ts'
import { packagesIndex, type Release, releaseFile } from './repository-index.ts'
import { withGpg } from './signing-home.ts'

export interface Publication {
  /** The repository's address, as a folder: packages' paths are relative to it. */
  readonly root: string
  /** Paths of the .deb files under `root`. */
  readonly packages: readonly string[]
  /** Where InRelease lies, under `root`. */
  readonly releaseFolder: string
  /** Where Packages lies, under `releaseFolder`. */
  readonly indexFolder: string
  readonly release: Omit<Release, 'files' | 'date'>
  /** ASCII-armoured secret key. */
  readonly secretKeyFile: string
}

/** Writes Packages, Release, InRelease and Release.gpg for packages that are already in their places. */
export async function publish(work: StepWork, publication: Publication): Promise<void> {
  const { root, packages, indexFolder, release } = publication
  const indexed = await Promise.all(
    packages.map(async filename => {
      const file = join(root, filename)
      const control = await work.run('dpkg-deb', ['--field', file])
      return { control, filename, size: (await stat(file)).size, sha256: await hashOfFile(file, 'sha256', 'hex') }
    }),
  )
  const folder = join(root, publication.releaseFolder)
  const plain = Buffer.from(packagesIndex(indexed))
  const path = (name: string) => join(indexFolder, name)
  const files = new Map([
    [path('Packages'), plain],
    [path('Packages.gz'), gzipSync(plain)],
  ])
  for (const [name, content] of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  const at = (name: string) => join(folder, name)
  await writeFile(at('Release'), releaseFile({ ...release, date: new Date(), files }))
  await withGpg(work, async gpg => {
    await gpg(['--import', publication.secretKeyFile])
    await gpg(['--output', at('InRelease'), '--clearsign', at('Release')])
    await gpg(['--armor', '--output', at('Release.gpg'), '--detach-sign', at('Release')])
  })
}
