import fc from 'fast-check'
import { expect, test } from 'vitest'
import { problemOfNetwork } from './networks.ts'
import { groupsOf, type OpenPort } from './ports.ts'
import { permissionOf, seenRules, wishedRules } from './rules.ts'

const groups = new Map([
  ['all', ['a', 'b']],
  ['web', ['a']],
  ['data', ['b']],
  ['empty', []],
])
const networks = { operators: '203.0.113.7/32', clients: '198.51.100.0/24' }
const idOf = (group: string) => `sg-${group}`
const nameOf = (id: string) => (groups.has(id.slice(3)) ? id.slice(3) : undefined)

const port = fc.integer({ min: 1, max: 65535 })
const line: fc.Arbitrary<OpenPort> = fc.record({
  to: fc.constantFrom('all', 'web', 'data', 'empty'),
  from: fc.constantFrom<OpenPort['from']>(
    'operators',
    'clients',
    { group: 'web' },
    { group: 'all' },
    { group: 'empty' },
  ),
  protocol: fc.constantFrom('tcp', 'udp'),
  ports: fc.tuple(port, port).map(([one, other]): [number, number] => [Math.min(one, other), Math.max(one, other)]),
  what: fc.constant('it'),
})

test('what is opened is what is then seen, rule by rule, whatever the table', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), table => {
      for (const group of groupsOf(table, groups)) {
        const wished = wishedRules(group, table, groups, networks)
        const opened = [...wished].map(([rule, what]) => permissionOf(rule, what, idOf))
        expect([...seenRules(opened, nameOf).keys()].sort()).toEqual([...wished.keys()].sort())
        // What is seen can be taken back as it is.
        const taken = [...seenRules(opened, nameOf).values()]
        expect([...seenRules(taken, nameOf).keys()].sort()).toEqual([...wished.keys()].sort())
      }
    }),
  )
})

test('a group without hosts has no security group, and opens nothing elsewhere', () => {
  const table: OpenPort[] = [
    { to: 'web', from: { group: 'empty' }, protocol: 'tcp', ports: [80, 80], what: 'it' },
    { to: 'web', from: { group: 'data' }, protocol: 'tcp', ports: [80, 90], what: 'it' },
  ]
  expect(groupsOf(table, groups)).toEqual(['all', 'web', 'data'])
  expect([...wishedRules('web', table, groups, networks).keys()]).toEqual(['tcp 80-90 group data'])
})

test('what somebody else has opened is seen, in every form that there is', () => {
  const seen = seenRules(
    [
      { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: 'sg-stranger', UserId: '1' }] },
      {
        IpProtocol: 'tcp',
        FromPort: 22,
        ToPort: 22,
        IpRanges: [{ CidrIp: '0.0.0.0/0' }],
        Ipv6Ranges: [{ CidrIpv6: '::/0' }],
      },
      { IpProtocol: 'udp', FromPort: 1, ToPort: 9, PrefixListIds: [{ PrefixListId: 'pl-1' }] },
    ],
    nameOf,
  )
  expect([...seen.keys()]).toEqual([
    'all all group sg-stranger',
    'tcp 22 0.0.0.0/0',
    'tcp 22 ::/0',
    'udp 1-9 list pl-1',
  ])
})

test.each([
  ['203.0.113.7/32', undefined],
  ['10.0.0.0/8', undefined],
  ['0.0.0.0/0', /whole world/],
  ['128.0.0.0/1', /large part/],
  ['10.0.0.1/24', /not a network/],
])('a network may be let in: %s', (network, problem) => {
  const found = problemOfNetwork(network, false)
  if (problem) expect(found?.message).toMatch(problem)
  else expect(found).toBeUndefined()
})

test('a person who means one address is told how to write it', () => {
  expect(problemOfNetwork('10.1.2.3/24', false)?.hint).toBe(
    'write 10.1.2.3/32 for that one, or 10.1.2.0/24 for all beside it',
  )
  expect(problemOfNetwork('0.0.0.0/0', true)).toBeUndefined()
})
