import { chmod, cp, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { StepWork } from '../step.ts'
import { conffilesOf, controlOf, type DebPackage, fileNameOf } from './package.ts'

/** No file is younger (2026-01-01), so that equal content makes equal packages, whenever they are packed. */
const packedAt = '1767225600'

/** Builds the package into `folder` and gives its file name. */
export async function buildPackage(work: StepWork, debian: DebPackage, folder: string): Promise<string> {
  const tree = join(work.scratch, 'tree', debian.name)
  await work.run('rm', ['-rf', tree])
  for (const { path, mode, content } of debian.files) {
    const destination = join(tree, path)
    await mkdir(dirname(destination), { recursive: true, mode: 0o755 })
    if (typeof content === 'string') await writeFile(destination, content)
    else await cp(content.file, destination)
    await chmod(destination, Number.parseInt(mode, 8))
  }
  const installed = Number((await work.run('du', ['-sk', tree])).split('\t')[0])

  const control = join(tree, 'DEBIAN')
  await mkdir(control, { mode: 0o755 })
  await writeFile(join(control, 'control'), controlOf(debian, installed))
  const conffiles = conffilesOf(debian)
  if (conffiles.length > 0) await writeFile(join(control, 'conffiles'), `${conffiles.join('\n')}\n`)
  for (const [name, script] of Object.entries(debian.scripts ?? {}))
    await writeFile(join(control, name), script, { mode: 0o755 })

  const file = fileNameOf(debian)
  await mkdir(folder, { recursive: true })
  // zstd, which dpkg of Debian 12 and Ubuntu 22.04 unpack: five times faster in a guest than the usual xz.
  const build = ['--root-owner-group', '-Zzstd', '--build', tree, join(folder, file)]
  await work.run('dpkg-deb', build, { env: { SOURCE_DATE_EPOCH: packedAt } })
  return file
}
