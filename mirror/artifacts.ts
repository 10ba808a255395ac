import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { apt } from './apt.ts'
import { aptKeys, publicKeyFile, type Vendor } from './apt-keys.ts'
import { hostImage } from './host-image.ts'
import { kernel } from './kernel.ts'
import { registry } from './registry.ts'
import { registryProgram } from './registry-program.ts'
import { folderOf } from './step-key.ts'

/** Where things are, built or not: paths only. */
export interface MirrorArtifacts {
  /** The program that is the kernel; `modules/RELEASE` beside it becomes a guest's /lib/modules/RELEASE. */
  readonly kernel: string
  readonly modules: string
  /** ext4 file system. */
  readonly hostImage: string
  /** Folder to be served: `pkgs.k8s.io/...` and `download.docker.com/...` lie in it. */
  readonly aptRoot: string
  /** `rootdirectory` of a docker-registry, and that program. */
  readonly registryRoot: string
  readonly registryProgram: string
  readonly aptKeys: string
}

export async function mirrorArtifacts(cacheFolder: string): Promise<MirrorArtifacts> {
  const [kernelFolder, image, aptRoot, registryRoot, program, keys] = (await Promise.all(
    ([kernel, hostImage, apt, registry, registryProgram, aptKeys] as const).map(step => folderOf(cacheFolder, step)),
  )) as [string, string, string, string, string, string]
  return {
    kernel: join(kernelFolder, 'linux'),
    modules: join(kernelFolder, 'modules'),
    hostImage: join(image, 'image.ext4'),
    aptRoot,
    registryRoot,
    registryProgram: join(program, 'docker-registry'),
    aptKeys: keys,
  }
}

/** A repository's key, once the mirror is built: armoured, and its fingerprint of 40 hex digits. */
export async function aptKey(cacheFolder: string, vendor: Vendor): Promise<{ key: string; fingerprint: string }> {
  const { aptKeys: folder } = await mirrorArtifacts(cacheFolder)
  const fingerprints = JSON.parse(await readFile(join(folder, 'fingerprints.json'), 'utf8')) as Record<Vendor, string>
  return { key: await readFile(join(folder, publicKeyFile(vendor)), 'utf8'), fingerprint: fingerprints[vendor] }
}
