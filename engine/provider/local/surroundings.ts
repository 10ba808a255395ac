import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type DebianArchive, debianArchives, debianItself } from './apt-sources.ts'
import { resolverFor } from './resolver.ts'

/** The Debian archives that this machine itself uses; Debian's own where it uses none. */
export async function machineArchives(): Promise<readonly DebianArchive[]> {
  const folder = '/etc/apt/sources.list.d'
  const names = (await readdir(folder).catch(() => [])).filter(name => /\.(?:list|sources)$/.test(name)).sort()
  const paths = ['/etc/apt/sources.list', ...names.map(name => join(folder, name))]
  const archives = debianArchives(await Promise.all(paths.map(async name => ({ name, text: await textOf(name) }))))
  return archives.length > 0 ? archives : debianItself
}

/** A resolv.conf that works inside the lab. */
export const hostResolver = async (): Promise<string> =>
  resolverFor(await Promise.all(['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'].map(textOf)))

/** This machine's proxy for packages as apt's configuration, unless it answers only this machine. */
export function aptProxy(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  return ['http', 'https']
    .map(scheme => [scheme, environment[`${scheme}_proxy`] ?? environment[`${scheme.toUpperCase()}_PROXY`]] as const)
    .filter(
      ([, proxy]) =>
        proxy && /^https?:\/\/[^\s"]+$/.test(proxy) && !/\/\/(?:[^@/]*@)?(?:127\.|localhost|\[::1\])/.test(proxy),
    )
    .map(([scheme, proxy]) => `Acquire::${scheme}::Proxy "${proxy}";\n`)
    .join('')
}

const textOf = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '')
