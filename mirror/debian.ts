import { readFile } from 'node:fs/promises'
import { AndamioError } from '../engine/errors.ts'

/** Keys of Debian's own archive, from the package `debian-archive-keyring`. */
export const debianKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg'

/**
 * Where to fetch Debian from: the site that this machine's own apt uses, for it is near and known to be reachable; on a
 * derivative, which has another archive, Debian's.
 */
export async function debianSite(run: (program: string, args: readonly string[]) => Promise<string>): Promise<string> {
  const sites = (await run('apt-get', ['indextargets', '--format', '$(ORIGIN) $(SITE)', 'Created-By: Packages'])).split(
    '\n',
  )
  const own = sites.find(line => line.startsWith('Debian ') && !line.includes('security'))
  return own?.split(' ')[1] ?? 'http://deb.debian.org/debian'
}

/** One line for a sources.list. */
export const debianSource = (site: string, suite: string): string =>
  `deb [signed-by=${debianKeyring}] ${site} ${suite} main`

/** Throws `mirror-needs-debian` where apt and dpkg are not this system's own. */
export async function requireDebian(): Promise<void> {
  const osRelease = await readFile('/etc/os-release', 'utf8').catch(() => '')
  if (/^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(osRelease)) return
  throw new AndamioError({
    code: 'mirror-needs-debian',
    message: 'The mirror is built with the tools of Debian or Ubuntu, and this system is neither',
    place: '/etc/os-release',
    cause: `It says ${/^PRETTY_NAME="?([^"\n]*)/m.exec(osRelease)?.[1] ?? 'nothing'}.`,
    next: 'Use another machine, or an inventory whose hosts are elsewhere with source: upstream.',
  })
}
