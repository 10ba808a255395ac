import { expect, it } from 'vitest'
import { type ParseOptions, parseInventory } from './parse.ts'
import { InventoryError } from './problems.ts'

const options: ParseOptions = {
  roleVars: { storage: { path: '/srv', uid: 10001 } },
  knownGroups: ['control-plane', 'workers', 'storage'],
  providers: ['local', 'static'],
  needs: ({ groups, hosts }, refuse) => {
    if (groups.get('storage')?.length === 0) refuse(undefined, 'nobody is in storage', 'put somebody there')
    if (hosts.some(({ size }) => size.user === 'root')) refuse('cp', 'is root', 'be another', 'user')
  },
}

/** `LINE:COLUMN path: message`. */
function told(text: string, more: Partial<ParseOptions> = {}): readonly string[] {
  try {
    parseInventory('lab.yaml', text, { ...options, ...more })
    return []
  } catch (error) {
    if (!(error instanceof InventoryError)) throw error
    return error.problems.map(({ place, path, message }) => `${place.replace('lab.yaml:', '')} ${path}: ${message}`)
  }
}

const bad = `lab: Demo
provider: lcoal
sauce: mirror
hosts:
  cp: { groups: [contol-plane], memory: 3 GB, cpus: 2 }
  worker[1:3]: { groups: [workers], memory: 2G, cpus: 2, vars: { storage: { paht: /x } } }
  worker2: { groups: workers, memory: 2G, cpus: 2 }
  w[3:1]: { memory: 2G, cpus: 2 }
  nfs: { groups: [storage], memory: 1G, cpus: 1, user: me }
groups:
  cluster: { children: [control-plane, wokers] }
vars:
  storage: { uid: root }
  storag: {}
`

it('tells mistakes of every sort at once, as one goes through the file', () => {
  expect(told(bad).map(line => line.replace(/, (got|whole|a letter).*/, ''))).toEqual([
    '1:6 lab: expected a lab name: up to 20 lower-case letters, digits and hyphens',
    '2:11 provider: expected a provider',
    '3:1 sauce: unknown key',
    '5:18 hosts.cp.groups.0: unknown group contol-plane',
    '5:41 hosts.cp.memory: expected a size in M or G such as 512M or 3G',
    '6:77 hosts.worker[1:3].vars.storage.paht: storage has no variable paht',
    '7:3 hosts.worker2: host worker2 is already there',
    '7:22 hosts.worker2.groups: expected a list of groups',
    '8:3 hosts.w[3:1]: the range runs backwards: 3 is more than 1',
    '9:50 hosts.nfs.user: unknown key',
    '11:40 groups.cluster.children.1: unknown group wokers',
    '13:19 vars.storage.uid: expected a number such as 10001',
    '14:3 vars.storag: unknown role storag',
  ])
})

it('looks at the rest of an inventory whose provider is unknown, or not there yet', () => {
  const rest = ['5:18 hosts.cp.groups.0: unknown group contol-plane', '14:3 vars.storag: unknown role storag']
  for (const [provider, message] of [
    ['nobody', 'expected a provider, got "nobody"'],
    ['ec2', 'ec2 is not part of this version'],
  ] as const) {
    const lines = told(bad.replace('lcoal', provider))
    expect(lines).toContain(`2:11 provider: ${message}`)
    expect(lines).toEqual(expect.arrayContaining(rest))
    expect(lines).not.toContainEqual(expect.stringMatching(/memory|user/))
  }
  // In a version that has it its own fields are known.
  expect(told(bad.replace('lcoal', 'ec2'), { providers: ['ec2'] })).toContainEqual(expect.stringMatching(/cp\.type/))
})

it('tells of names that are there twice along with the rest, and of what the last of them holds', () => {
  const twice = bad
    .replace('  w[3:1]', '  cp: { groups: [storag], memory: 1G, cpus: 0 }\n  w[3:1]')
    .replace('cpus: 1, user', 'cpus: 1, cpus: 2, user')
  const lines = told(`${twice}vars: { storage: { uid: 1, uid: x } }\n`)
  expect(lines.filter(line => /already|hosts\.cp|uid/.test(line))).toEqual([
    '7:3 hosts.worker2: host worker2 is already there',
    '8:3 hosts.cp: is there already, in line 5',
    '8:18 hosts.cp.groups.0: unknown group storag',
    expect.stringMatching(/^8:45 hosts\.cp\.cpus: expected/),
    '10:50 hosts.nfs.cpus: is there already, in line 10',
    '16:1 vars: is there already, in line 13',
    '16:28 vars.storage.uid: is there already, in line 16',
    '16:33 vars.storage.uid: expected a number such as 10001, got "x"',
  ])
  expect(lines).toContainEqual('3:1 sauce: unknown key')
})

it('finds a name of two within lists and through an alias', () => {
  const text = `${lab}vars: { storage: { path: &twice /a, path: *twice } }\nx: [{ a: 1 }, { a: 1, a: 2 }]\n`
  expect(told(text)).toEqual(
    expect.arrayContaining([
      '7:37 vars.storage.path: is there already, in line 7',
      '8:23 x.1.a: is there already, in line 8',
    ]),
  )
})

it('misses nothing of a host whose name it refuses, and quotes a name that would be misread', () => {
  const lines = told(bad.replace('worker[1:3]', 'worker[1:3').replace('memory: 2G, cpus: 2, vars', 'memory: 2, vars'))
  expect(lines.filter(line => line.includes('worker[1:3'))).toEqual([
    '6:3 hosts."worker[1:3": a range is written name[1:3]',
    expect.stringMatching(/^6:44 hosts\."worker\[1:3"\.memory: expected/),
    expect.stringMatching(/paht/),
  ])
})

it('tells of a cycle of groups along with the rest', () => {
  const circle = bad.replace('wokers]', 'cluster]')
  expect(told(circle)).toEqual(
    expect.arrayContaining([
      '11:24 groups.cluster.children: holds itself: cluster > cluster',
      '14:3 vars.storag: unknown role storag',
    ]),
  )
})

const lab = `lab: demo
provider: static
static: { user: root }
hosts:
  cp: { groups: [control-plane], address: 192.0.2.1 }
  nfs: { groups: [workers], address: 192.0.2.2, port: 0 }
`

it('asks for what a lab needs in the same breath, unless its groups are mistaken', () => {
  expect(told(lab)).toEqual([
    '4:1 hosts: nobody is in storage',
    expect.stringMatching(/^6:55 hosts\.nfs\.port: expected/),
  ])
  expect(told(lab.replace('[workers]', '[storge]'))).toEqual([
    '6:19 hosts.nfs.groups.0: unknown group storge',
    expect.stringMatching(/^6:54 hosts\.nfs\.port/),
  ])
})

it('puts what is asked of a field where that is written: at the host, or among the settings', () => {
  const stored = lab.replace('[workers]', '[storage]').replace(', port: 0', ', user: root')
  expect(told(stored)).toEqual(['3:17 static.user: is root'])
  expect(told(stored.replace('192.0.2.1 }', '192.0.2.1, user: root }'))).toEqual(['5:60 hosts.cp.user: is root'])
})

it('asks for nothing of a provider that there is not, and tells a second document as what it is', () => {
  expect(told(lab.replace('provider: static', 'provdier: static').replace(', port: 0', ''))).toEqual([
    '1:1 provider: is missing',
    '2:1 provdier: unknown key',
  ])
  expect(told(`${lab}---\n${lab}`)).toEqual(['7:1 : a second document begins here'])
})

it.each([
  ['a bracket that is not closed', 'lab: demo\nhosts:\n  cp: { groups: [a, memory: 3G\n  b: {}\n', '4:3'],
  ['a key with a comma left out', 'hosts:\n  cp: { groups: [a] memory: 3G }\n', '2:21'],
  ['an indented line after text', 'lab: demo\n hosts:\n  a: b\n', '1:6'],
])('tells %s once', (_, text, place) => {
  expect(told(text)).toEqual([expect.stringMatching(new RegExp(`^${place} `))])
})

it('tells an alias that names nothing from one that unfolds to too much', () => {
  expect(told('lab: &a demo\nprovider: *b\n')).toEqual([expect.stringMatching(/Unresolved alias .*: b$/)])
})
