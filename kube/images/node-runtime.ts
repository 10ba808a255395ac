import { copyFile, mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { hashOfFile } from '../../engine/archive/hash-of-file.ts'
import { AndamioError } from '../../engine/errors.ts'
import { cacheFolder } from '../../engine/play/folders.ts'
import { nodePackage } from '../versions.ts'
import type { ImageSource } from './program.ts'
import { askTool, runTool } from './tool.ts'

/** Of this machine, for what Node has no call for: it makes all that was written to a file system durable. */
const syncProgram = '/usr/bin/sync'

/** Node's program comes with npm's package of it: the same bytes for everybody, whatever Node runs here. */
export const runtimeIdentity = `${nodePackage.name} ${nodePackage.version} ${nodePackage.integrity} with sync`

const platform = 'linux/amd64'
/** Fixed by the processor's binary interface, the same on every glibc system. */
const loader = '/lib64/ld-linux-x86-64.so.2'
/** Loaded by name when a host's name is looked up, by glibc before 2.34; nothing points to them. */
const resolvers = ['libnss_files.so.2', 'libnss_dns.so.2']

/** Throws `image-platform` where this machine certainly has no libraries for Node in an image. Only looks. */
export async function needRuntime(source: ImageSource): Promise<void> {
  await librariesOfSync(source)
}

async function librariesOfSync(source: ImageSource): Promise<readonly string[]> {
  if (source.platform !== platform) throw unfit(source, `Node is put into images for ${platform} only`)
  return listed(source, syncProgram)
}

/**
 * Puts together the root of a file system in which Node runs, at `into`: the program, and of this machine `sync` and the
 * libraries that both load. Throws `image-platform` where this machine has none that fit.
 */
export async function gatherNode(source: ImageSource, into: string): Promise<void> {
  const ofSync = await librariesOfSync(source)
  const scratch = await mkdtemp(`${into}-`)
  try {
    await runTool('tar', ['-xzf', await fetched(), '-C', scratch], { timeoutSeconds: 120 })
    const program = join(scratch, 'package/bin/node')
    const libraries = [...(await librariesOf(source, program)), ...ofSync]
    await install(program, join(into, 'usr/bin/node'))
    await install(join(scratch, 'package/LICENSE'), join(into, 'usr/share/doc/node/LICENSE'))
    await install(syncProgram, join(into, 'usr/bin/sync'))
    for (const library of new Set(libraries)) await install(library, join(into, 'usr/lib', basename(library)))
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
  // Distributions look in folders of different names; all of them are the one.
  await mkdir(join(into, 'usr/lib'), { recursive: true })
  for (const link of ['lib', 'lib64']) await symlink('usr/lib', join(into, link))
  await symlink('lib', join(into, 'usr/lib64'))
  await symlink('.', join(into, 'usr/lib/x86_64-linux-gnu'))
}

async function install(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  await copyFile(from, to)
}

/** Paths on this machine. The loader itself is asked: it knows where this system keeps its libraries, and runs nothing. */
async function librariesOf(source: ImageSource, program: string): Promise<readonly string[]> {
  const needed = await listed(source, program)
  const libc = needed.find(path => basename(path) === 'libc.so.6')
  if (libc === undefined) throw unfit(source, `${program} asks for no C library`)
  const found = new Set([loader, ...needed])
  for (const name of resolvers) {
    const path = join(dirname(libc), name)
    const { code, stdout } = await askTool(loader, ['--list', path], { timeoutSeconds: 20 })
    if (code === 0) for (const each of [path, ...pathsIn(stdout)]) found.add(each)
  }
  return [...found]
}

async function listed(source: ImageSource, program: string): Promise<readonly string[]> {
  const { code, stdout, stderr } = await askTool(loader, ['--list', program], { timeoutSeconds: 20 })
  const missing = stdout.split('\n').filter(line => line.includes('not found'))
  if (code !== 0 || missing.length > 0) throw unfit(source, [stderr, ...missing].join(' ').trim())
  return pathsIn(stdout)
}

/** `libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f...)`; the kernel's own piece has no path. */
const pathsIn = (list: string): readonly string[] => [...list.matchAll(/=> (\/\S+) \(0x/g)].map(([, path = '']) => path)

/** The package's archive, from the cache or by npm; what is not what we pinned is thrown away. */
async function fetched(): Promise<string> {
  const { name, version, integrity } = nodePackage
  const folder = join(cacheFolder(), 'npm')
  const archive = join(folder, `${name}-${version}.tgz`)
  const found = await integrityOf(archive)
  if (found === integrity) return archive
  await mkdir(folder, { recursive: true })
  const scratch = await mkdtemp(join(folder, 'fetch-'))
  try {
    const order = ['pack', `${name}@${version}`, '--pack-destination', scratch, '--ignore-scripts', '--silent']
    await runTool('npm', order, { timeoutSeconds: 900, cwd: scratch })
    const fresh = join(scratch, basename(archive))
    const came = await integrityOf(fresh)
    if (came !== integrity) throw altered(came)
    await rename(fresh, archive)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
  return archive
}

async function integrityOf(file: string): Promise<string | undefined> {
  try {
    return `sha512-${await hashOfFile(file, 'sha512', 'base64')}`
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

const unfit = ({ name }: ImageSource, cause: string): AndamioError =>
  new AndamioError({
    code: 'image-platform',
    message: `The image ${name} holds Node, whose libraries this machine does not have.`,
    cause,
    next: 'Build it on Linux x86-64 with glibc 2.28 or newer, such as Debian 12.',
  })

const altered = (came: string | undefined): AndamioError =>
  new AndamioError({
    code: 'package-altered',
    message: `npm gave another ${nodePackage.name} ${nodePackage.version} than the one that we know.`,
    cause: `${came ?? 'nothing'} instead of ${nodePackage.integrity}`,
    next: 'Look at which registry npm asks (npm config get registry): it, or what lies between, changes packages.',
  })
