import type { Resource } from '../resource/resource.ts'
import { sh } from '../shell/sh.ts'
import { compare } from './changes.ts'
import { checkPackage, dpkgProbe, type PackagesState } from './dpkg-probe.ts'

/** Installed packages that no upgrade may touch. */
export const aptHold = (names: readonly string[]): Resource<PackagesState> => hold(names, true)

/** Packages that upgrades may touch again. */
export const aptHoldAbsent = (names: readonly string[]): Resource<PackagesState> => hold(names, false)

function hold(names: readonly string[], held: boolean): Resource<PackagesState> {
  names.forEach(checkPackage)
  const wish = Object.fromEntries(names.map(name => [name, held]))
  return {
    kind: 'apt-hold',
    id: names.join(' '),
    probe: dpkgProbe(names),
    diff: is => {
      const found = names.map(name => [name, is.is === 'present' && (is.state[name]?.held ?? false)])
      return compare(wish, Object.fromEntries(found))
    },
    apply: async on => {
      const verb = held ? 'hold' : 'unhold'
      await on.run(sh`apt-mark ${verb} -- ${names}`, { what: `${verb} ${names.join(' ')}` })
    },
  }
}
