import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseInventory } from '../../engine/inventory/parse.ts'
import { InventoryError } from '../../engine/inventory/problems.ts'
import type { SizeOf } from '../../engine/inventory/provider-fields.ts'
import { ec2Needs } from '../../engine/provider/ec2/needs.ts'
import { portNeeds } from './lab-ports.ts'
import { networkNeeds } from './network-needs.ts'
import * as roles from './roles.ts'

const roleVars = Object.fromEntries(Object.values(roles).map(role => [role.name, role.vars]))

const parse = (text: string) =>
  parseInventory('ec2.yaml', text, {
    roleVars,
    needs: (lab, refuse) => {
      ec2Needs(lab, refuse)
      portNeeds(lab, refuse)
      networkNeeds(lab, refuse)
    },
  })

/** What is in order; each field can be given otherwise. */
const written = (otherwise: Readonly<Record<string, string>>): string => {
  const field = (name: string, value: string) => otherwise[name] ?? value
  return `lab: lab
provider: ec2
ec2:
  region: ${field('region', 'eu-west-1')}
  operators: ${field('operators', '203.0.113.7/32')}
  clients: ${field('clients', '198.51.100.0/24')}
  zones: ${field('zones', '[eu-west-1a]')}
  network: ${field('network', '10.60.0.0/24')}
  image: ${field('image', 'ami-0123456789abcdef0')}
  hours: ${field('hours', '8')}
  jump: ${field('jump', '[]')}
hosts:
  ${field('count', 'worker[1:3]')}: { groups: [workers], type: ${field('type', 't3.small')}, otherTypes: ${field('otherTypes', '[t3a.small]')}, disk: ${field('disk', '20G')} }
  nfs: { groups: [storage], type: t3.micro, vars: { nfs-server: { mountdPort: ${field('mountdPort', '20048')} } } }
groups: { workers: {}, storage: {} }
`
}

const number = (min: number, max: number) => fc.integer({ min, max })
const octets = fc.tuple(number(0, 255), number(0, 255), number(0, 255), number(1, 127))
const word = fc.stringMatching(/^[a-z]{1,12}$/)

/** For each field values that are none; nothing here is one by chance. */
const malformed: Readonly<Record<string, fc.Arbitrary<string>>> = {
  operators: fc.oneof(
    octets.map(([a, b, c, d]) => `${a}.${b}.${c}.${d}/${24}`), // an address, not a network
    fc.tuple(octets, number(33, 400)).map(([[a, b, c, d], prefix]) => `${a}.${b}.${c}.${d}/${prefix}`),
    fc.tuple(number(256, 9999), number(0, 32)).map(([octet, prefix]) => `10.${octet}.0.0/${prefix}`),
    octets.map(o => o.join('.')),
    number(0, 7).map(prefix => `0.0.0.0/${prefix}`),
    fc.constantFrom('::/0', 'fe80::/10', '10.0.0/8', '10.0.0.0/', '/8', '[]', '""', '~', '10.0.0.0/8/8', '-10.0.0.0/8'),
    word,
  ),
  clients: number(0, 7).map(prefix => `0.0.0.0/${prefix}`),
  network: fc.oneof(
    octets.map(([a, b, c, d]) => `${a}.${b}.${c}.${d}/${24}`),
    number(0, 15).map(prefix => `0.0.0.0/${prefix}`),
    number(29, 32).map(prefix => `10.60.0.0/${prefix}`),
    number(16, 28).map(prefix => `10.244.0.0/${prefix}`),
    fc.constantFrom('10.96.0.0/16', 'vpc-0123456789abcdef0', '[]'),
    word,
  ),
  // The first of them is in order, but for the subnet that it lacks.
  jump: fc.constantFrom('[admin@bastion.example]', 'bastion', '[a b]', '[-oProxyCommand=x]', '[""]', '[host:99999999]'),
  mountdPort: fc.oneof(
    number(65536, 1e9).map(String),
    number(-1e6, 0).map(String),
    fc.constantFrom('1.5', 'ssh', '"2049"', '[1]', '1e9'),
  ),
  type: fc.oneof(
    word,
    word.map(family => `${family}3.enormous`),
    fc.constantFrom(
      't3',
      '.large',
      't3.',
      'T3.LARGE',
      't3 large',
      '3',
      '[]',
      'a1.large',
      't4g.small',
      'c7gn.2xlarge',
      'im4gn.large',
    ),
  ),
  otherTypes: fc.constantFrom('t3.small', '[t4g.small]', '[t3]', '[3]', '{ a: b }'),
  count: fc.oneof(
    fc.tuple(number(2, 99), number(0, 1)).map(([from, to]) => `worker[${from}:${to}]`),
    number(1001, 1e6).map(to => `worker[1:${to}]`),
    fc.constantFrom('worker[1:]', 'worker[:3]', 'worker[1:3', 'worker[-1:2]', 'worker[]', 'W_1', '""'),
  ),
  disk: fc.oneof(
    number(0, 7).map(size => `${size}G`),
    number(16385, 999999).map(size => `${size}G`),
    fc.constantFrom('20', '20T', '-20G', '1.5G', 'big', '20 G'),
  ),
  hours: fc.oneof(number(721, 1e6).map(String), number(-100, 0).map(String), fc.constantFrom('1.5', 'soon', '[8]')),
  region: fc.oneof(word, fc.constantFrom('eu-west', 'eu-west-1a', 'EU-WEST-1', 'eu_west_1', '1', '~')),
  zones: fc.constantFrom(
    '[eu-west-1a, eu-west-1b]',
    '[us-east-1a]',
    '[eu-west-1]',
    '[eu-west-1ab]',
    '[a]',
    'eu-west-1a',
    '[3]',
  ),
  image: fc.oneof(word, fc.constantFrom('ami-', 'ami-xyz', 'ami-0123456', '3', 'AMI-0123456789abcdef0')),
}

test('an inventory in order is taken, and so is the one that comes with the project', async () => {
  expect(parse(written({})).hosts).toHaveLength(4)
  const own = await readFile(new URL('../../inventory/ec2.yaml', import.meta.url), 'utf8')
  expect(parse(own).hosts).toHaveLength(5)
  expect(parse(written({ operators: '0.0.0.0/0\n  openToTheWorld: true' })).hosts).toHaveLength(4)
})

test('the guide names the quota that it takes, and what its processors cost at most beyond their share', async () => {
  const [own, guide] = await Promise.all(
    ['inventory/ec2.yaml', 'docs/ec2.md'].map(path => readFile(new URL(`../../${path}`, import.meta.url), 'utf8')),
  )
  const types = parse(own ?? '').hosts.map(({ size }) => (size as SizeOf<'ec2'>).type)
  // Below t3.xlarge each has two.
  expect(types.filter(type => !/^t3\.(micro|small|medium|large)$/.test(type))).toEqual([])
  const processors = types.length * 2
  expect(guide).toContain(`have ${processors} vCPUs`)
  expect(guide).toMatch(new RegExp(`${processors} of the default lab at most ${(processors * 0.05).toFixed(2)} USD`))
})

test('2,000 malformed networks, ports, types and counts are each refused with a place and a reason', () => {
  const cases = fc.oneof(...Object.entries(malformed).map(([field, values]) => values.map(value => ({ field, value }))))
  const refused = new Map<string, number>()
  fc.assert(
    fc.property(cases, ({ field, value }) => {
      try {
        parse(written({ [field]: value }))
      } catch (error) {
        expect(error).toBeInstanceOf(InventoryError)
        const { problems } = error as InventoryError
        refused.set(field, (refused.get(field) ?? 0) + 1)
        for (const { place, message } of problems) {
          expect(place).toMatch(/^ec2\.yaml:\d+:\d+$/)
          expect(message).not.toBe('')
        }
        const plain = written({}).split('\n')
        const line = written({ [field]: value })
          .split('\n')
          .findIndex((text, at) => text !== plain[at])
        expect(problems.map(({ place }) => Number(place.split(':')[1]))).toContain(line + 1)
        return
      }
      expect.unreachable(`${field}: ${value} was taken`)
    }),
    { numRuns: 2000 },
  )
  expect([...refused.keys()].sort()).toEqual(Object.keys(malformed).sort())
})

/** What is refused of it. */
const told = (otherwise: Readonly<Record<string, string>>): readonly string[] => {
  try {
    parse(written(otherwise))
    return []
  } catch (error) {
    return (error as InventoryError).problems.map(({ message }) => message)
  }
}

test('a bare address is told how it is written as a network', () => {
  expect(told({ operators: '203.0.113.7' })).toEqual([
    'expected an IPv4 network (203.0.113.7/32 for that one address), got "203.0.113.7"',
  ])
})

test("a network of the lab's own is not one that is there already", () => {
  const both = {
    zones: '[eu-west-1a, eu-west-1b]',
    network: '10.60.0.0/24\n  subnet: subnet-0123456789abcdef0\n  vpc: vpc-0123456789abcdef0',
  }
  expect(told(both)).toEqual(
    expect.arrayContaining([
      'a subnet lies in one zone',
      'vpc names one that is there already',
      'subnet names one that is there already',
      'a network of the lab has one subnet, in one zone',
    ]),
  )
})
