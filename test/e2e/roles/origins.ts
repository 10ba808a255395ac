import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder } from '../../../engine/play/folders.ts'
import type { AptOrigin, Source } from '../../../kube/source.ts'
import { apt, aptPaths } from '../../../mirror/apt.ts'
import { aptKeys, publicKeyFile, type Vendor } from '../../../mirror/apt-keys.ts'
import { folderOf } from '../../../mirror/step-key.ts'
import { serveFolder } from '../static-files.ts'

/** The mirror's repositories, served at this machine's address among the lab's hosts, and what roles are told of them. */
export async function serveRepositories(
  address: string,
): Promise<{ readonly source: Source; readonly close: () => void }> {
  const repositories = await serveFolder(await folderOf(cacheFolder(), apt), address.replace(/\d+$/, '1'))
  const base = (path: string, layout: string) => `${repositories.url}/${path.slice(0, path.indexOf(layout) - 1)}`
  const source = {
    kubernetes: await origin('kubernetes', base(aptPaths.kubernetes, 'core:')),
    docker: await origin('docker', base(aptPaths.docker, 'linux/')),
    mirrors: {},
  }
  return { source, close: () => repositories.close() }
}

async function origin(vendor: Vendor, url: string): Promise<AptOrigin> {
  const folder = await folderOf(cacheFolder(), aptKeys)
  const pinned = JSON.parse(await readFile(join(folder, 'fingerprints.json'), 'utf8'))
  return { url, key: await readFile(join(folder, publicKeyFile(vendor)), 'utf8'), fingerprint: pinned[vendor] }
}
