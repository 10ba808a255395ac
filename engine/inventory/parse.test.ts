import { describe, expect, it } from 'vitest'
import { addressesOf } from './addresses-of.ts'
import { parseInventory } from './parse.ts'
import { InventoryError, type Problem } from './problems.ts'

const roleVars = {
  base: { swap: false, servers: ['pool.example'], sysctls: { forward: 1 } },
  storage: { path: '/srv', uid: 10001, nodes: addressesOf('cluster') },
}
const lab = `lab: demo
provider: local
local: { subnet: 10.20.0.0/24 }
hosts:
  cp: { groups: [control-plane], memory: 3G, cpus: 2 }
  worker[1:3]: { groups: [workers], memory: 2G, cpus: 2, vars: { base: { swap: true } } }
  nfs: { groups: [storage], memory: 512M, cpus: 1 }
groups:
  cluster: { children: [control-plane, workers], vars: { base: { servers: [a.example], swap: true } } }
  workers: { vars: { base: { servers: [b.example] } } }
vars:
  storage: { path: /mnt/share }
`

const parse = (text: string, options = {}) => parseInventory('lab.yaml', text, { roleVars, ...options })
function problemsOf(text: string, options = {}): readonly Problem[] {
  try {
    parse(text, options)
  } catch (error) {
    if (error instanceof InventoryError) return error.problems
    throw error
  }
  return []
}
const told = (text: string, options = {}) =>
  problemsOf(text, options).map(({ place, path, message, hint }) => `${place} ${path}: ${message} (${hint ?? ''})`)

describe('an inventory', () => {
  it('gives hosts with groups, sizes and merged variables', () => {
    const parsed = parse(lab)
    expect(parsed).toMatchObject({
      name: 'demo',
      provider: 'local',
      source: 'mirror',
      settings: { subnet: '10.20.0.0/24' },
    })
    expect(parsed.hosts.map(host => host.name)).toEqual(['cp', 'worker1', 'worker2', 'worker3', 'nfs'])
    expect(parsed.hosts[1]).toEqual({
      name: 'worker1',
      groups: ['all', 'cluster', 'workers'],
      size: { memory: '2G', cpus: 2 },
      vars: { storage: { path: '/mnt/share' }, base: { servers: ['b.example'], swap: true } },
    })
    expect(parsed.hosts[0]?.vars.base).toEqual({ servers: ['a.example'], swap: true })
    expect(Object.fromEntries(parsed.groups)).toEqual({
      all: ['cp', 'worker1', 'worker2', 'worker3', 'nfs'],
      cluster: ['cp', 'worker1', 'worker2', 'worker3'],
      'control-plane': ['cp'],
      workers: ['worker1', 'worker2', 'worker3'],
      storage: ['nfs'],
    })
  })

  it('keeps the whole lab in view under a limit', () => {
    const parsed = parse(lab, { limit: 'workers' })
    expect(parsed.selected).toEqual(['worker1', 'worker2', 'worker3'])
    expect(parsed.hosts).toHaveLength(5)
    expect(parsed.groups.get('cluster')).toHaveLength(4)
  })

  it.each([
    ['an unknown key', lab.replace('vars:\n', 'vras:\n'), ['lab.yaml:11:1 vras: unknown key (did you mean vars?)']],
    [
      'an unknown field of a host',
      lab.replace('memory: 3G', 'memroy: 3G'),
      [
        'lab.yaml:5:7 hosts.cp.memory: is missing, expected a size in M or G such as 512M or 3G ()',
        'lab.yaml:5:34 hosts.cp.memroy: unknown key (did you mean memory?)',
      ],
    ],
    [
      "another provider's field",
      lab.replace('cpus: 1', 'cpus: 1, type: t3.small'),
      [
        'lab.yaml:7:52 hosts.nfs.type: unknown key (known here: groups, vars, memory, cpus, disk, address, image, userData)',
      ],
    ],
    [
      'an unknown provider',
      lab.replace('provider: local', 'provider: lcoal'),
      ['lab.yaml:2:11 provider: expected a provider, got "lcoal" (did you mean local?)'],
    ],
    [
      'no provider',
      lab.replace('provider: local\n', ''),
      ['lab.yaml:1:1 provider: is missing (there are: local, static, ec2, vagrant, multipass)'],
    ],
    [
      'a duplicate host',
      lab.replace('  nfs:', '  cp: { groups: [control-plane], memory: 3G, cpus: 2 }\n  nfs:'),
      ['lab.yaml:7:3 hosts.cp: is there already, in line 5 (rename or remove one of the two)'],
    ],
    [
      'a host that a range names, too',
      lab.replace('  nfs:', '  worker2:'),
      ['lab.yaml:7:3 hosts.worker2: host worker2 is already there (it is in worker[1:3], too: rename or remove one)'],
    ],
    [
      'a bad range',
      lab.replace('worker[1:3]', 'worker[3:1]'),
      [
        'lab.yaml:6:3 hosts.worker[3:1]: the range runs backwards: 3 is more than 1 (worker[1:3] is worker1, worker2 and worker3)',
      ],
    ],
    [
      'a name for a shell',
      lab.replace('  nfs:', '  "nfs;reboot":'),
      [
        'lab.yaml:7:3 hosts.nfs;reboot: expected a host name: lower-case letters, digits and hyphens, a letter first, at most 63, not localhost ()',
      ],
    ],
    [
      'a wrong type',
      lab.replace('cpus: 1', 'cpus: two'),
      ['lab.yaml:7:49 hosts.nfs.cpus: expected a number of processors, a whole number from 1 to 128, got "two" ()'],
    ],
    [
      'an unknown child group',
      lab.replace('children: [control-plane, workers]', 'children: [control-plane, wokers]'),
      [
        'lab.yaml:9:40 groups.cluster.children.1: unknown group wokers (did you mean workers? A group of your own is declared under groups)',
      ],
    ],
    [
      'a cycle',
      lab.replace('workers: { vars', 'workers: { children: [cluster], vars'),
      ['lab.yaml:9:24 groups.cluster.children: holds itself: cluster > workers > cluster (take one of them out)'],
    ],
    [
      'an unknown role',
      lab.replace('  storage: {', '  storag: {'),
      ['lab.yaml:12:3 vars.storag: unknown role storag (did you mean storage?)'],
    ],
    [
      'an unknown variable',
      lab.replace('path: /mnt', 'paht: /mnt'),
      ['lab.yaml:12:14 vars.storage.paht: storage has no variable paht (did you mean path?)'],
    ],
    [
      'a variable of a wrong type',
      lab.replace('path: /mnt/share', 'uid: root'),
      ['lab.yaml:12:19 vars.storage.uid: expected a number such as 10001, got "root" ()'],
    ],
    [
      'a wrong element of a list of addresses',
      lab.replace('path: /mnt/share', 'nodes: [10.0.0.1, 7]'),
      ['lab.yaml:12:32 vars.storage.nodes.1: expected text such as "10.20.0.11", got 7 ()'],
    ],
    [
      'a control character',
      lab.replace('/mnt/share', '"/mnt/\\e[31m"'),
      ['lab.yaml:12:20 : holds a control character (write plain text, a number, true or false)'],
    ],
    [
      'a key that is a prototype',
      `${lab}  __proto__: { a: 1 }\n`,
      ['lab.yaml:13:3 : a key must be a name (quote it if it is meant to be text)'],
    ],
    [
      'an unknown tag',
      lab.replace('3G', '!!js/function x'),
      ['lab.yaml:5:42 : Unresolved tag: tag:yaml.org,2002:js/function (check indentation, colons and quotes here)'],
    ],
    ['an empty file', '', ['lab.yaml:1:1 : expected an inventory: lab, provider, hosts ..., got nothing ()']],
  ])('refuses %s', (_, text, expected) => {
    expect(told(text)).toEqual(expected)
  })

  it('tells everything that is wrong at once', () => {
    const worse = lab
      .replace('demo', 'Demo')
      .replace('3G', '3 GB')
      .replace('cpus: 1', 'cpus: 0')
      .replace('subnet', 'subent')
    expect(told(worse)).toHaveLength(4)
    try {
      parse(worse)
      expect.unreachable()
    } catch (error) {
      const { failure, exit } = error as InventoryError
      expect(exit).toBe(64)
      expect(failure).toMatchObject({
        code: 'inventory-invalid',
        message: 'lab.yaml has 4 errors',
        place: 'lab.yaml:1:6',
      })
      expect(failure.cause?.split('\n')).toHaveLength(4)
    }
  })

  it('tells of a role without variables, and where something else is set', () => {
    const versioned = lab.replace('path: /mnt/share', 'version: 1')
    const [place, given] = ['lab.yaml:12:14 vars.storage.version', 'storage has no variable version']
    const none = { roleVars: { ...roleVars, storage: {} } }
    expect(told(versioned, none)).toEqual([`${place}: ${given} (storage takes no variables)`])
    const setElsewhere = { storage: { version: 'it is in versions.ts' } }
    expect(told(versioned, { setElsewhere })).toEqual([`${place}: ${given} (it is in versions.ts)`])
  })

  it('tells of a mistyped provider together with the rest', () => {
    const worse = lab.replace('provider: local', 'provider: locl\nsauce: mirror').replace('cpus: 1', 'cpus: 0')
    expect(told(worse)).toEqual([
      'lab.yaml:2:11 provider: expected a provider, got "locl" (did you mean local?)',
      'lab.yaml:3:1 sauce: unknown key (did you mean source?)',
      'lab.yaml:8:49 hosts.nfs.cpus: expected a number of processors, a whole number from 1 to 128, got 0 ()',
    ])
    expect(told(lab.replace('provider: local', 'provider: locl'))).toHaveLength(1)
  })

  it('refuses a group that no play names, once plays are known', () => {
    const knownGroups = ['control-plane', 'workers', 'storage', 'registry']
    expect(told(lab, { knownGroups })).toEqual([])
    expect(told(lab.replace('[storage]', '[storge]'), { knownGroups })).toEqual([
      'lab.yaml:7:19 hosts.nfs.groups.0: unknown group storge (did you mean storage? A group of your own is declared under groups)',
    ])
  })

  it('refuses two names for one address', () => {
    const two = 'lab: own\nprovider: static\nhosts:\n  a: { address: 192.0.2.1 }\n  b: { address: 192.0.2.1 }\n'
    expect(told(two)).toEqual(['lab.yaml:5:17 hosts.b.address: is the address of a, too (b needs one of its own)'])
  })

  it('refuses user data that nothing would read, once for a range', () => {
    const host = (image: string) => `lab: demo
provider: local
hosts:
  a[1:3]: { memory: 1G, cpus: 1, userData: a.yaml${image} }
`
    expect(told(host(''))).toEqual([
      'lab.yaml:4:34 hosts.a[1:3].userData: nothing would read it (user data is for cloud-init: add `image: cloud`)',
    ])
    expect(told(host(', image: cloud'))).toEqual([])
  })
})
