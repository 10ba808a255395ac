import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { debianSite, debianSource } from './debian.ts'
import type { StepWork } from './step.ts'

export interface Fetch {
  /** `bookworm`, `sid`. */
  readonly suite: string
  readonly packages: readonly string[]
  /** Also all that they depend on, as on a system that has nothing yet. */
  readonly withDependencies: boolean
  /** What to do when the archive does not have them. */
  readonly next?: string
}

/**
 * Fetches Debian packages without installing them, and gives the paths of the .deb files. apt checks them against the
 * archive's signature; its lists and its idea of what is installed are our own, so that this machine's stay as they are.
 */
export async function fetchFromDebian(work: StepWork, fetch: Fetch): Promise<readonly string[]> {
  const folder = join(work.scratch, `apt-${fetch.suite}`)
  const cache = join(folder, 'archives')
  await rm(cache, { recursive: true, force: true })
  for (const needed of ['lists/partial', 'archives/partial']) await mkdir(join(folder, needed), { recursive: true })
  const sources = join(folder, 'sources.list')
  await writeFile(sources, `${debianSource(await debianSite(work.run), fetch.suite)}\n`)
  await writeFile(join(folder, 'status'), '')
  const settings = {
    'Dir::Etc::SourceList': sources,
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::State::Lists': join(folder, 'lists'),
    'Dir::State::status': join(folder, 'status'),
    'Dir::Cache': folder,
    // apt's own user may not enter a cache that belongs to root alone.
    'APT::Sandbox::User': 'root',
    'APT::Install-Recommends': 'false',
    'Acquire::Retries': '3',
  }
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  const apt = (args: readonly string[]) =>
    work.run('apt-get', [...options, ...args], { cwd: cache, ...(fetch.next ? { next: fetch.next } : {}) })
  work.progress(`reading the package list of Debian ${fetch.suite}`)
  await apt(['update'])
  work.progress(`fetching ${fetch.packages.join(', ')}`)
  const how = fetch.withDependencies ? ['install', '--yes', '--download-only'] : ['download']
  await apt([...how, ...fetch.packages])
  return (await readdir(cache)).filter(name => name.endsWith('.deb')).map(name => join(cache, name))
}
