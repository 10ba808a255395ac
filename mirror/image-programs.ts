import { chmod, copyFile, mkdir, readdir, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fetchFromDebian } from './debian-archive.ts'
import { sharedLibraries } from './images/shared-libraries.ts'
import type { MirrorStep, StepWork } from './step.ts'

const libraryFolder = 'usr/lib/x86_64-linux-gnu'
const xtables = `${libraryFolder}/xtables`
const iptablesNames = ['iptables', 'ip6tables'].flatMap(name => [name, `${name}-save`, `${name}-restore`])

/**
 * Debian programs that go into images, each set with the libraries that it loads and nothing else: 8 MB where a minimal
 * Debian has 194, which four guests would have to unpack on two cores. Gives folders that are file systems' roots:
 * `netfilter` (iptables over nftables, nft, cp) and `copy` (cp).
 */
export const imagePrograms: MirrorStep = {
  name: 'image-programs',
  summary: 'iptables, nft and cp for images, with just their libraries',
  needs: [],
  debianPackages: ['binutils', 'debian-archive-keyring'],
  coldSeconds: 20,
  inputs: async () => ['revision 1'],
  build: async work => {
    const packages = ['iptables', 'nftables', 'coreutils', 'netbase']
    const root = join(work.scratch, 'root')
    await mkdir(root, { recursive: true })
    for (const file of await fetchFromDebian(work, { suite: 'bookworm', packages, withDependencies: true }))
      await work.run('dpkg-deb', ['-x', file, root])

    await slimRoot(work, root, join(work.out, 'copy'), ['bin/cp'])
    const netfilter = join(work.out, 'netfilter')
    const extensions = (await readdir(join(root, xtables))).filter(name => name.endsWith('.so'))
    await slimRoot(work, root, netfilter, [
      ...['usr/sbin/xtables-nft-multi', 'usr/sbin/nft', 'bin/cp'],
      ...extensions.map(name => join(xtables, name)),
    ])
    for (const name of iptablesNames) await symlink('xtables-nft-multi', join(netfilter, 'usr/sbin', name))
    // nft knows protocols and ports by the names in these.
    for (const file of ['etc/protocols', 'etc/services']) await copyFileInto(root, netfilter, file, file)
  },
}

/** A root with these programs, their libraries, and the links by which a merged /usr finds both. */
async function slimRoot(work: StepWork, root: string, to: string, programs: readonly string[]): Promise<void> {
  work.progress(`gathering ${basename(to)}`)
  const readElf = (file: string) => work.run('readelf', ['--dynamic', '--program-headers', '--wide', file])
  for (const program of programs) await copyFileInto(root, to, program, program.replace(/^bin\//, 'usr/bin/'))
  for (const [name, file] of await sharedLibraries(root, programs, readElf)) {
    const loader = name.startsWith('ld-linux')
    await copyFileInto(root, to, file, join(loader ? 'usr/lib64' : libraryFolder, name))
  }
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    await mkdir(join(to, 'usr', name), { recursive: true })
    await symlink(join('usr', name), join(to, name))
  }
  await mkdir(join(to, 'run'))
  await mkdir(join(to, 'tmp'))
  await chmod(join(to, 'tmp'), 0o1777)
}

async function copyFileInto(root: string, to: string, from: string, path: string): Promise<void> {
  await mkdir(dirname(join(to, path)), { recursive: true })
  await copyFile(join(root, from), join(to, path))
}
