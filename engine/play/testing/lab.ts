import type { LabHosts } from '../../inventory/lab.ts'
import type { Found, Provider } from '../../provider/provider.ts'

/** A lab of these hosts, all of them taking part; in the group `all`, unless their groups are told. */
export function labOf(names: readonly string[], groups: Readonly<Record<string, readonly string[]>> = {}): LabHosts {
  const all = Object.entries({ all: names, ...groups })
  const groupsOf = (name: string) => all.flatMap(([group, members]) => (members.includes(name) ? [group] : []))
  return {
    name: 'test',
    file: 'test.yaml',
    provider: 'static',
    settings: {},
    source: 'upstream',
    selected: names,
    vars: {},
    hosts: names.map(name => ({ name, groups: groupsOf(name), size: {}, vars: {} })),
    groups: new Map(all),
  }
}

const refuse = () => {
  throw new Error('nobody may ask this of the provider here')
}

/** Of hosts that stand as told, and that nobody may create, destroy or look up otherwise. */
export const strictProvider = (
  found: Readonly<Record<string, Found>>,
  pristine: Provider['pristine'] = () => undefined,
): Provider => ({
  name: 'static',
  preflight: refuse,
  create: refuse,
  destroy: refuse,
  operatorAddress: refuse,
  find: async () => new Map(Object.entries(found)),
  pristine,
})
