import type { Change, Failure } from '../report/events.ts'
import type { HostWriter } from '../resource/host.ts'
import type { Absent, Present, Ref, Resource } from '../resource/resource.ts'
import { sh } from '../shell/sh.ts'
import { aptGet, aptUpdate, failIfBad, purge, repairDpkg } from './apt-get.ts'
import { compareVersions } from './debian-version.ts'
import { checkPackage, dpkgProbe, type PackageState, type PackagesState } from './dpkg-probe.ts'
import { checkName } from './names.ts'
import { unitRef } from './systemd-unit.ts'

export interface AptPackage {
  readonly name: string
  /** The whole version, `1.36.3-1.1`, or its beginning and `*`. Any will do where it is not given. */
  readonly version?: string
}

export interface AptPackagesOptions {
  /** Units that their installation starts, as Debian's do. */
  readonly starts?: readonly string[]
  /** Further resources that their installation alters. */
  readonly alters?: readonly Ref[]
  /** Default: the names, joined. */
  readonly id?: string
}

/** Packages installed together, without recommended ones. Never downgrades, never touches what is held. */
export function aptPackages(
  packages: readonly (string | AptPackage)[],
  { starts = [], alters = [], id }: AptPackagesOptions = {},
): Resource<PackagesState> {
  const wanted = packages.map(one => (typeof one === 'string' ? { name: one } : one))
  for (const { name, version } of wanted) {
    checkPackage(name)
    if (version !== undefined) checkName('package version', version, /^[A-Za-z0-9.+:~-]+\*?$/)
  }
  const names = wanted.map(({ name }) => name)
  return {
    kind: 'apt-packages',
    id: id ?? names.join(' '),
    alters: [...starts.map(unitRef), ...alters],
    probe: dpkgProbe(names),
    diff: is => wanted.flatMap(one => packageChange(one, is.is === 'present' ? is.state[one.name] : undefined)),
    refuse: is => (is.is === 'present' ? wanted.map(one => refusal(one, is.state[one.name])).find(Boolean) : undefined),
    apply: (on, is) => install(on, wanted, is),
  }
}

function packageChange({ name, version }: AptPackage, found: PackageState | undefined): readonly Change[] {
  if (found?.status === 'installed' && fits(found.version, version)) return []
  const before = found ? (found.status === 'installed' ? found.version : `${found.version}, ${found.status}`) : null
  return [{ attribute: name, before, after: version?.replace(/[-+~.]?\*$/, '') ?? 'installed' }]
}

const fits = (found: string, wish: string | undefined): boolean =>
  wish === undefined || found === wish || (wish.endsWith('*') && found.startsWith(wish.slice(0, -1)))

/** Why apt will not put the wished version in the place of the one that is there: somebody has chosen that one. */
function refusal({ name, version }: AptPackage, found: PackageState | undefined): Failure | undefined {
  if (version === undefined || found?.status !== 'installed' || fits(found.version, version)) return undefined
  const wished = version.replace(/[-+~.]?\*$/, '')
  if (compareVersions(found.version, wished) > 0) {
    return {
      code: 'package-newer',
      message: `${name} is there in version ${found.version}, which is newer than ${wished}`,
      next: `Nothing is downgraded. To have ${wished}, remove the newer one by hand: apt-get remove ${name}.`,
    }
  }
  if (!found.held) return undefined
  return {
    code: 'package-held',
    message: `${name} is held at version ${found.version}, and ${wished} is wished`,
    next: `What is held is not touched. To have ${wished}, let it go by hand: apt-mark unhold ${name}.`,
  }
}

/** For what must install a package in passing: the same way, with the same patience. Any version will do. */
export const installPackages = (on: HostWriter, names: readonly string[]): Promise<void> =>
  install(
    on,
    names.map(name => ({ name })),
    { is: 'absent' },
  )

async function install(
  on: HostWriter,
  wanted: readonly AptPackage[],
  is: Present<PackagesState> | Absent,
): Promise<void> {
  const missing = wanted.filter(
    one => packageChange(one, is.is === 'present' ? is.state[one.name] : undefined).length > 0,
  )
  if (missing.length === 0) return
  await repairDpkg(on)
  const named = missing.map(({ name, version }) => (version === undefined ? name : `${name}=${version}`))
  const command = `apt-get install ${named.join(' ')}`
  const attempt = () => aptGet(on, ['install', '--no-install-recommends', '--', ...named], command)
  const outdated = await listsAreOlder(on)
  if (outdated) await aptUpdate(on)
  const first = await attempt()
  if (first.code === 0 || outdated || !listsMayBeWhy.test(first.output)) return failIfBad(on, first, command)
  await aptUpdate(on)
  failIfBad(on, await attempt(), command)
}

/** What apt says when it does not know a package, or when what it knows is gone from the repository. */
const listsMayBeWhy =
  /Unable to locate package|no installation candidate|was not found|not installable|unmet dependencies|Failed to fetch|Hash Sum mismatch/

/** A repository was added or changed after lists were last fetched. */
async function listsAreOlder(on: HostWriter): Promise<boolean> {
  const script = sh`
lists=/var/lib/apt/lists
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
  if [ -e "$file" ] && [ "$file" -nt "$lists" ]; then echo older; break; fi
done`
  return (await on.run(script, { what: 'compare package lists with their sources' })) === 'older'
}

/** None of the packages there, nor their configuration. Packages that need them make it fail. */
export function aptPackagesAbsent(
  names: readonly string[],
  { id }: { readonly id?: string } = {},
): Resource<PackagesState> {
  names.forEach(checkPackage)
  return {
    kind: 'apt-packages',
    id: id ?? names.join(' '),
    probe: dpkgProbe(names),
    diff: is =>
      is.is === 'absent'
        ? []
        : Object.entries(is.state).map(([name, { version }]) => ({ attribute: name, before: version, after: null })),
    apply: async (on, is) => {
      await repairDpkg(on)
      if (is.is === 'present') await purge(on, Object.keys(is.state))
    },
  }
}
