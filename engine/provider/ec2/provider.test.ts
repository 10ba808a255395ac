import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Change, Emit } from '../../report/events.ts'
import { absent } from '../../resource/resource.ts'
import type { Provider } from '../provider.ts'
import { labHere } from '../testing/lab-here.ts'
import type { Ec2Api } from './api.ts'
import { realClock } from './clock.ts'
import { Journal } from './journal.ts'
import { ec2Provider } from './provider.ts'
import { diskTag, groupTag, hostTag, idTag, labTag, tagList } from './tags.ts'

let state: string
let id: string
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'ec2-'))
  const journal = new Journal(state, realClock)
  journal.begin()
  id = journal.id ?? ''
})
afterEach(() => rmSync(state, { recursive: true }))

interface There {
  /** Network of the lab's security groups. */
  readonly groupsIn?: string
  /** A network that carries the lab's tags. */
  readonly own?: string
  /** Addresses of it, and where its subnet is. */
  readonly cidr?: string
  readonly zone?: string
  /** The disk that the instance was made with. */
  readonly disk?: string
  /** Which lab of that name all this is. */
  readonly lab?: string
  /** Type of the one instance; null where there is none. */
  readonly type?: string | null
}

/** An account whose default network is vpc-default, with vpc-mine and a subnet in each. */
function account({ groupsIn, own, cidr, zone = 'eu-west-1a', disk, lab = id, type = 't3.medium' }: There): Ec2Api {
  const made = disk === undefined ? {} : { [diskTag]: disk }
  const Tags = tagList({ [labTag]: 'test', [idTag]: lab, [hostTag]: 'cp', [groupTag]: 'all', ...made })
  const ofTheLab = own === undefined ? [] : [{ VpcId: own, CidrBlock: cidr, Tags }]
  const Placement = { AvailabilityZone: zone }
  const State = { Name: 'running' } as const
  const instance = (InstanceType: string) => ({ InstanceId: 'i-1', InstanceType, State, Placement, Tags })
  const answers: Readonly<Record<string, (wish: never) => object>> = {
    describeInstances: () => ({ Reservations: [{ Instances: type === null ? [] : [instance(type)] }] }),
    describeKeyPairs: () => ({}),
    describeSecurityGroups: () => ({
      SecurityGroups: groupsIn === undefined ? [] : [{ GroupId: 'sg-1', VpcId: groupsIn, Tags }],
    }),
    describeSubnets: ({ SubnetIds }: { SubnetIds?: string[] }) => ({
      Subnets: SubnetIds
        ? [{ SubnetId: SubnetIds[0], VpcId: SubnetIds[0]?.replace('subnet', 'vpc') }]
        : ofTheLab.map(({ VpcId }) => ({ SubnetId: 'subnet-own', VpcId, ...Placement, Tags })),
    }),
    describeVpcs: ({ Filters }: { Filters: { Name: string }[] }) => ({
      Vpcs: Filters[0]?.Name === 'is-default' ? [{ VpcId: 'vpc-default' }] : ofTheLab,
    }),
  }
  const calls = Object.entries(answers).map(([name, answer]) => [name, async (wish: never) => answer(wish)])
  return Object.fromEntries(calls) as Ec2Api
}

const provider = (there: There, settings: object = {}, size: object = {}, told: string[] = []): Provider => {
  const hosts = { cp: { type: 't3.medium', ...size } }
  const context = labHere('ec2', hosts, { region: 'eu-west-1', ...settings }, state)
  const emit: Emit = event => void (event.type === 'notice' && told.push(event.text))
  return ec2Provider({ ...context, emit }, { table: [], open: () => account(there) })
}

test.each([
  ['a network of its own', { groupsIn: 'vpc-default' }, { network: '10.60.0.0/24' }],
  ['vpc-mine', { groupsIn: 'vpc-default' }, { subnet: 'subnet-mine' }],
  ['vpc-mine', { groupsIn: 'vpc-default' }, { vpc: 'vpc-mine' }],
  ['vpc-default', { groupsIn: 'vpc-own', own: 'vpc-own' }, {}],
  ['vpc-mine', { groupsIn: 'vpc-own', own: 'vpc-own' }, { subnet: 'subnet-mine' }],
])('a lab does not move to %s, also where no host is to come, and --check says so', async (to, there, settings) => {
  const refused = {
    code: 'ec2-network-differs',
    message: `The lab is in the network ${there.groupsIn}, and the inventory wants ${to}`,
  }
  for (const type of [null, 't3.medium'])
    expect(await provider({ ...there, type }, settings).foresee?.()).toMatchObject([refused])
  await expect(provider(there, settings).preflight()).rejects.toMatchObject({ failure: refused })
})

test.each([
  [{ groupsIn: 'vpc-default' }, {}],
  [{ groupsIn: 'vpc-mine' }, { subnet: 'subnet-mine' }],
  [{ groupsIn: 'vpc-mine' }, { vpc: 'vpc-mine', subnet: 'subnet-mine' }],
  [{ groupsIn: 'vpc-own', own: 'vpc-own' }, { network: '10.60.0.0/24' }],
  [{}, { network: '10.60.0.0/24' }],
])('nothing stands against a lab that stays where it is: %o, %o', async (there, settings) => {
  expect(await provider(there, settings).foresee?.()).toEqual([])
  await provider(there, settings).preflight()
})

test.each([
  ["The lab's network is 10.60.0.0/24, and the inventory wants 10.61.0.0/24", { network: '10.61.0.0/24' }],
  [
    "The lab's subnet is in eu-west-1a, and the inventory wants eu-west-1b",
    { network: '10.60.0.0/24', zones: ['eu-west-1b'] },
  ],
])("%s: a lab's own network keeps its addresses and its zone", async (message, settings) => {
  const there = { groupsIn: 'vpc-own', own: 'vpc-own', cidr: '10.60.0.0/24' }
  expect(await provider(there, settings).foresee?.()).toMatchObject([{ code: 'ec2-network-differs', message }])
  const same = { network: '10.60.0.0/24', zones: ['eu-west-1a'] }
  expect(await provider(there, same).foresee?.()).toEqual([])
})

test('where the account has another lab of this name, and nothing of ours, that alone is told', async () => {
  const there = { groupsIn: 'vpc-default', lab: 'theirs' }
  const taken = {
    code: 'lab-name-taken',
    message: 'The account has a lab test in eu-west-1, and it was not made from this state folder',
    cause: expect.stringMatching(
      /^i-1 carries andamio:id=theirs, and .*ec2\.json knows \w+, of which nothing is there$/,
    ),
    next: expect.stringContaining('XDG_STATE_HOME'),
  }
  const [here, elsewhere] = [provider(there), provider(there, { network: '10.60.0.0/24' })]
  expect(await here.another?.()).toMatchObject(taken)
  for (const one of [here, elsewhere]) expect(await one.foresee?.()).toMatchObject([taken])
  await expect(here.preflight()).rejects.toMatchObject({ failure: taken })
  expect(await provider({ ...there, lab: id }).another?.()).toBeUndefined()
})

test('what only carries the name of the lab is not found, and not removed', async () => {
  const theirs = provider({ groupsIn: 'vpc-default', lab: 'theirs' })
  expect(await theirs.find()).toEqual(new Map([['cp', { is: 'absent' }]]))
  const { shared, hosts } = theirs.destroy()
  expect([...hosts.keys()]).toEqual(['cp'])
  const removes = [...(hosts.get('cp') ?? []), ...shared].filter(one => /^ec2-(instance|rules|security)/.test(one.kind))
  expect(removes.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
    ...['ec2-instance cp', 'ec2-rules all', 'ec2-security-group all'],
  ])
  for (const { probe } of removes) expect(await (probe.of === 'api' && probe.read(undefined))).toEqual({ is: 'absent' })
})

test('a host keeps the type that it was made with, and it says so; one of the other types is as good as the first', async () => {
  const told = async (size: object, there: There = {}) =>
    (await provider(there, {}, size).leavesAsIs?.()) ?? ['no answer']
  expect(await told({})).toEqual([])
  expect(await told({ type: 't3a.medium', otherTypes: ['t3.medium'] })).toEqual([])
  expect(await told({ type: 't3.large' }, { lab: 'another' })).toEqual([])
  expect(await told({ type: 't3.large' }, { type: null })).toEqual([])
  const [sentence = '', ...more] = await told({ type: 't3.large', otherTypes: ['t3a.large'] })
  expect(more).toEqual([])
  expect(sentence).toMatch(/^cp stays t3\.medium; the inventory says t3\.large\./)
  expect(sentence).toContain('npx zx playbooks/up.mjs --inventory test.yaml')
  expect(sentence).toMatch(/--instance-ids? i-1 /)
})

test('of another disk or zone than it was made with it is told, too', async () => {
  const told = async (there: There, settings: object, size: object) =>
    (await provider({ cidr: 'none', ...there }, settings, size).leavesAsIs?.()) ?? ['no answer']
  expect(await told({ disk: '20' }, { zones: ['eu-west-1b', 'eu-west-1a'] }, {})).toEqual([])
  // One of an earlier version, of which nobody knows.
  expect(await told({}, {}, { disk: '50G' })).toEqual([])
  expect(await told({ disk: '20' }, {}, { disk: '50G' })).toEqual([
    expect.stringMatching(/^cp has the disk of 20 GiB .*the inventory says 50\. .*--size 50 .*andamio:disk,Value=50/),
  ])
  expect(await told({ disk: '20' }, {}, { disk: '10G' })).toEqual([expect.stringContaining('does not shrink')])
  expect(await told({}, { zones: ['eu-west-1b'] }, {})).toEqual([
    expect.stringMatching(/^cp stays in eu-west-1a; the inventory says eu-west-1b\. .*all data on it lost/),
  ])
})

test('whoever lets in by the internet what nobody has there is warned', async () => {
  const warned = async (settings: object) => {
    const told: string[] = []
    await provider({ groupsIn: 'vpc-mine' }, { subnet: 'subnet-mine', ...settings }, {}, told).foresee?.()
    return told.map(text => text.split(' ')[0])
  }
  expect(await warned({ operators: '10.0.0.0/8', clients: '192.168.1.0/24' })).toEqual(['`operators`', '`clients`'])
  expect(await warned({ operators: '203.0.113.7/32' })).toEqual([])
  expect(await warned({ operators: '10.0.0.0/8', jump: ['admin@bastion.example'] })).toEqual([])
})

test('a check tells of a host that is to come its disk and where it is made, and of a network its addresses', async () => {
  const settings = { network: '10.60.0.0/24', zones: ['eu-west-1b'] }
  const { shared, hosts } = provider({}, settings, { disk: '50G' }).create()
  const plan = [...shared, ...(hosts.get('cp') ?? [])].flatMap(({ kind, diff }) => {
    const changes: readonly Change[] = /^ec2-(instance|vpc)$/.test(kind) ? diff(absent, { change: () => false }) : []
    return changes.map(({ attribute, after }) => [attribute, after])
  })
  expect(plan).toContainEqual(['disk', '50 GiB'])
  expect(plan).toContainEqual(['zone', 'eu-west-1b'])
  expect(plan).toContainEqual(['addresses', '10.60.0.0/24'])
})

test('why something is unknown of a host that is to come is told once, and only where something is', () => {
  const told: string[] = []
  const { pristine, estimate } = provider({}, {}, {}, told)
  expect(pristine('cp', 'own-host-key', 'cp')).toEqual(absent)
  expect(told).toEqual([])
  for (const host of ['cp', 'nfs']) expect(pristine(host, 'kernel-modules', 'kubernetes')).toBeUndefined()
  expect(told).toEqual([expect.stringMatching(/^No host of this image was met yet: .* its first up learns/)])
  expect(estimate?.()).toMatch(/^The lab of test\.yaml costs about 0\.0\d USD an hour, .* until it is removed\.$/)
})
