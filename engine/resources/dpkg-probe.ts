import type { HostProbe } from '../resource/probe.ts'
import { absent, present } from '../resource/resource.ts'
import { sh } from '../shell/sh.ts'
import { checkName } from './names.ts'

export type PackageState = {
  readonly version: string
  readonly held: boolean
  /** `installed`, or what a killed dpkg left: `unpacked`, `half-configured` ... */
  readonly status: string
}
/** By name; a package that is not there, or of which only configuration is left, is not in it. */
export type PackagesState = { readonly [name: string]: PackageState }

export const checkPackage = (name: string): string => checkName('package name', name, /^[a-z0-9][a-z0-9+.-]+$/)

const statuses: Readonly<Record<string, string>> = {
  i: 'installed',
  U: 'unpacked',
  F: 'half-configured',
  H: 'half-installed',
  W: 'triggers-awaited',
  t: 'triggers-pending',
}

/** All packages of a play are one `dpkg-query`, which ends with 1 where it does not know one of them. */
export const dpkgProbe = (names: readonly string[]): HostProbe<PackagesState> => ({
  of: 'host',
  merge: 'dpkg',
  keys: names,
  script: names =>
    sh`dpkg-query -W -f='\${Package} \${db:Status-Abbrev} \${Version}\n' -- ${names} 2>/dev/null; [ $? -le 1 ]`,
  parse: output => {
    const found: Record<string, PackageState> = {}
    for (const line of output.split('\n')) {
      const [name = '', flags = '', version = ''] = line.split(/ +/)
      const status = statuses[flags.charAt(1)]
      // Of a package for two architectures, the one that is installed counts.
      if (!names.includes(name) || status === undefined || found[name]?.status === 'installed') continue
      found[name] = { version, held: flags.startsWith('h'), status }
    }
    return Object.keys(found).length > 0 ? present(found) : absent
  },
})
