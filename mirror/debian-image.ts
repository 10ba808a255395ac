import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sourcesFor } from '../engine/provider/local/apt-sources.ts'
import { machineArchives } from '../engine/provider/local/surroundings.ts'
import { quote } from '../engine/shell/quote.ts'
import { versions } from '../kube/versions.ts'
import type { StepWork } from './step.ts'

const release = 'bookworm'

/**
 * File system of an image. Sparse: a guest sees 16 GiB, the file holds what was written. Inode tables are laid down now,
 * for else every guest would do it in the background of its first minutes.
 */
const format = ['-m', '1', '-J', 'size=64', '-i', '32768', '-E', 'lazy_itable_init=0,lazy_journal_init=1']
const size = '16G'

const bootstrap = [
  '--variant=minbase',
  '--aptopt=Apt::Install-Recommends "false"',
  '--aptopt=Acquire::Languages "none"',
  // Hosts that come with package lists need not fetch and parse them at once. Where they are too old, an installation
  // that fails for it fetches new ones.
  '--skip=cleanup/apt/lists',
]

export const imagePackages = ['mmdebstrap', 'e2fsprogs', 'debian-archive-keyring'] as const

/** A folder's `tree` is laid over the new root, its `packages.txt` names what is installed beside a minimal Debian. */
export interface DebianImage {
  /** The base, with the `customize.sh` that finishes the root. */
  readonly folder: string
  /** Laid over before that. */
  readonly extra?: string
}

/** What decides an image's content, for `MirrorStep.inputs`. */
export async function imageInputs({ folder, extra }: DebianImage): Promise<readonly string[]> {
  const files = [await filesOf(folder), extra ? await filesOf(extra) : []]
  return [versions.debian.version, release, size, ...format, ...bootstrap, ...files.flat(2)]
}

/** Makes `image.ext4`. */
export async function buildImage({ folder, extra }: DebianImage, work: StepWork): Promise<void> {
  const { out, scratch, run, progress } = work
  // A bootstrap cannot go on where it was cut off; it takes half a minute.
  const root = join(scratch, 'root')
  await rm(root, { recursive: true, force: true })
  progress('bootstrapping Debian')
  const packages = [folder, ...(extra ? [extra] : [])].map(packageNames)
  const tree = join(folder, 'tree')
  let done = 0
  await run(
    'mmdebstrap',
    [
      '--verbose',
      ...bootstrap,
      `--include=${(await Promise.all(packages)).flat().join(',')}`,
      `--dpkgopt=${join(tree, 'etc/dpkg/dpkg.cfg.d/10-no-documentation')}`,
      ...(extra ? [`--customize-hook=cp -R ${quote(join(extra, 'tree'))}/. "$1/"`] : []),
      `--customize-hook=sh ${quote(join(folder, 'customize.sh'))} "$1" ${quote(tree)}`,
      release,
      root,
      '-',
    ],
    {
      stdin: sourcesFor(await machineArchives()),
      onLine: line => {
        if (!line.startsWith('Setting up ')) return
        done += 1
        progress(line.slice('Setting up '.length).replace(/ \.\.\.$/, ''), { done, total: done, unit: 'packages' })
      },
      next: 'It takes packages from the Debian archives that this machine uses: see whether `apt-get update` works here.',
    },
  )
  progress('writing the file system')
  const image = join(out, 'image.ext4')
  await run('truncate', ['--size', size, image])
  await run('mkfs.ext4', ['-q', ...format, '-d', root, image])
  await rm(root, { recursive: true })
}

async function packageNames(folder: string): Promise<string[]> {
  const lines = (await readFile(join(folder, 'packages.txt'), 'utf8')).split('\n')
  return lines.filter(line => line !== '' && !line.startsWith('#'))
}

/** Names and contents of all files below, in a fixed order. */
async function filesOf(path: string): Promise<(readonly [string, string])[]> {
  const entries = await readdir(path, { withFileTypes: true, recursive: true })
  const paths = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath ?? entry.path, entry.name))
  return Promise.all(paths.sort().map(async file => [file.slice(path.length), await readFile(file, 'utf8')] as const))
}
