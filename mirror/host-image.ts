import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sourcesFor } from '../engine/provider/local/apt-sources.ts'
import { machineArchives } from '../engine/provider/local/surroundings.ts'
import { quote } from '../engine/shell/quote.ts'
import { versions } from '../kube/versions.ts'
import type { MirrorStep, StepWork } from './step.ts'

const folder = fileURLToPath(new URL('./host-image/', import.meta.url))
const tree = join(folder, 'tree')
const release = 'bookworm'

/**
 * File system of the image. Sparse: a guest sees 16 GiB, the file holds what was written. Inode tables are laid down now,
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

/**
 * The disk that local hosts start from: Debian as a cloud image has it, and nothing that a role installs. Its quirks (see
 * host-image/tree) are those of User Mode Linux, so that roles need know nothing of them.
 *
 * Makes `image.ext4`.
 */
export const hostImage: MirrorStep = {
  name: 'host-image',
  summary: `base disk of local hosts: Debian ${versions.debian.version} with systemd, sshd and a cloud user`,
  needs: [],
  debianPackages: ['mmdebstrap', 'e2fsprogs', 'debian-archive-keyring'],
  coldSeconds: 45,
  async inputs() {
    const files = await filesOf(folder)
    return [versions.debian.version, release, size, ...format, ...bootstrap, ...files.flat()]
  },
  build,
}

async function build({ out, scratch, run, progress }: StepWork): Promise<void> {
  // A bootstrap cannot go on where it was cut off; it takes half a minute.
  const root = join(scratch, 'root')
  await rm(root, { recursive: true, force: true })
  progress('bootstrapping Debian')
  const packages = await packageNames()
  let done = 0
  await run(
    'mmdebstrap',
    [
      '--verbose',
      ...bootstrap,
      `--include=${packages.join(',')}`,
      `--dpkgopt=${join(tree, 'etc/dpkg/dpkg.cfg.d/10-no-documentation')}`,
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

async function packageNames(): Promise<string[]> {
  const lines = (await readFile(join(folder, 'packages.txt'), 'utf8')).split('\n')
  return lines.filter(line => line !== '' && !line.startsWith('#'))
}

/** Names and contents of all files below, in a fixed order. */
async function filesOf(path: string): Promise<(readonly [string, string])[]> {
  const entries = await readdir(path, { withFileTypes: true, recursive: true })
  const paths = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath ?? entry.path, entry.name))
  return Promise.all(paths.sort().map(async file => [file.slice(path.length), await readFile(file, 'utf8')] as const))
}
