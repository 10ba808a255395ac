import { cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { versions } from '../kube/versions.ts'
import { fetchFromDebian } from './debian-archive.ts'
import { missingOptions } from './kernel/missing-options.ts'
import type { MirrorStep, StepWork } from './step.ts'

const wanted = new URL('./kernel/lab.config', import.meta.url)
/** What this kernel does wrong as a guest under load; each patch tells how that showed. */
const patches = fileURLToPath(new URL('./kernel/patches/', import.meta.url))
const source = `linux-source-${versions.linux.version}`
/** Objects that a build with lab.config compiles: progress only. */
const objects = 1370

/**
 * User Mode Linux from Debian's own source package. Debian's ready-made ones cannot carry a cluster: bookworm's traps by
 * ptrace alone, which makes a Go program start four times slower, and sid's was built without nftables. Its source is
 * patched as `kernel/patches` says.
 *
 * Gives `linux` (a program that is the kernel) and `modules/<release>`, which a guest needs as /lib/modules/<release>:
 * everything is built in, but `modprobe overlay` can only know that from there.
 */
export const kernel: MirrorStep = {
  name: 'kernel',
  summary: `User Mode Linux ${versions.linux.version} from Debian's source package`,
  needs: [],
  debianPackages: [
    ...['gcc', 'make', 'flex', 'bison', 'bc', 'xz-utils', 'kmod', 'binutils'],
    ...['libelf-dev', 'libssl-dev', 'patch', 'debian-archive-keyring'],
  ],
  coldSeconds: 300,
  inputs: async () => [
    'revision 1',
    versions.linux.version,
    await readFile(wanted, 'utf8'),
    ...(await Promise.all((await patchFiles()).map(file => readFile(file, 'utf8')))),
  ],
  build: async work => {
    const tree = await unpackedSource(work)
    const make = (targets: readonly string[], onLine?: (line: string) => void) =>
      work.run('make', ['ARCH=um', `-j${availableParallelism()}`, ...targets], {
        cwd: tree,
        ...(onLine ? { onLine } : {}),
      })

    await make(['defconfig'])
    await work.run('./scripts/kconfig/merge_config.sh', ['-m', '-Q', '.config', wanted.pathname], { cwd: tree })
    await make(['olddefconfig'])
    const missing = missingOptions(await readFile(wanted, 'utf8'), await readFile(join(tree, '.config'), 'utf8'))
    if (missing.length > 0) throw new Error(`the kernel's configuration did not take: ${missing.join(', ')}`)

    let done = 0
    await make(['linux'], line => {
      if (line.startsWith('  CC ')) work.progress('compiling', { done: ++done, total: objects, unit: 'objects' })
    })
    await work.run('strip', ['-o', join(work.out, 'linux'), 'linux'], { cwd: tree })
    await cp(join(tree, '.config'), join(work.out, 'config'))
    await modulesFolder(work, tree)
  },
}

async function patchFiles(): Promise<string[]> {
  return (await readdir(patches))
    .filter(name => name.endsWith('.patch'))
    .sort()
    .map(name => join(patches, name))
}

/** The source tree, unpacked and patched under another name first: a tree that is there is whole, and make resumes in it. */
async function unpackedSource(work: StepWork): Promise<string> {
  const tree = join(work.scratch, source)
  if (await exists(tree)) return tree
  const [archive = ''] = await fetchFromDebian(work, {
    suite: 'sid',
    packages: [source],
    withDependencies: false,
    next: `Is ${source} still in Debian sid? If it moved on, raise versions.linux in kube/versions.ts.`,
  })
  work.progress(`unpacking ${source}`)
  const partial = join(work.scratch, 'unpacking')
  await rm(partial, { recursive: true, force: true })
  await mkdir(partial)
  await work.run('dpkg-deb', ['-x', archive, partial])
  // Drivers of real machines are two thirds of the tree; their Kconfig files are read, their code never is.
  const unread = ['drivers/gpu', 'drivers/net/ethernet', 'drivers/net/wireless', 'drivers/media', 'sound']
  const skip = unread.flatMap(folder => [`--exclude=*/${folder}/*.c`, `--exclude=*/${folder}/*.h`])
  await work.run('tar', ['-xf', `usr/src/${source}.tar.xz`, ...skip], { cwd: partial })
  for (const patch of await patchFiles())
    await work.run('patch', ['--strip=1', '--fuzz=0', '--batch', `--input=${patch}`], { cwd: join(partial, source) })
  await rename(join(partial, source), tree)
  await rm(partial, { recursive: true, force: true })
  return tree
}

async function modulesFolder(work: StepWork, tree: string): Promise<void> {
  const release = (await readFile(join(tree, 'include/config/kernel.release'), 'utf8')).trim()
  const folder = join(work.out, 'modules', release)
  await mkdir(folder, { recursive: true })
  for (const file of ['modules.builtin', 'modules.builtin.modinfo']) await cp(join(tree, file), join(folder, file))
  await writeFile(join(folder, 'modules.order'), '')
  // depmod wants /lib/modules under its base; the base here is made for it and dropped.
  const base = join(work.scratch, 'depmod')
  await mkdir(join(base, 'lib'), { recursive: true })
  await work.run('ln', ['-sfn', join(work.out, 'modules'), join(base, 'lib', 'modules')])
  await work.run('depmod', ['-b', base, release])
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )
