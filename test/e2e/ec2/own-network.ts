import { equal, figure, holds } from '../proof.ts'
import { partialStates } from './partial-states.ts'
import { noError, type Rig, smallLab } from './rig.ts'
import { seededRuns } from './seeded-runs.ts'
import { makeNeighbours, truth } from './truth.ts'

const withNetwork = smallLab.replace('ec2: { ', 'ec2: { network: 10.60.0.0/24, ')

/** A network of the lab's own is made before its hosts and goes after them, whatever happens in between. */
export async function ownNetwork(rig: Rig, seeds: number, states: number): Promise<void> {
  await rig.anew({ moveSeconds: 10 })
  const api = rig.account
  await makeNeighbours(api)
  // The lab needs nothing of the account.
  const before = await truth(api)
  const plan = await rig.up(withNetwork, { check: true })
  equal((await truth(api)).marked, [], 'what a check has made')
  const up = await rig.up(withNetwork)
  noError(up, 'up')
  equal(up.changed.toSorted(), plan.changed.toSorted(), 'what was planned and what was done')
  await inIt(rig)

  const again = await rig.up(withNetwork)
  noError(again, 'second up')
  figure('changes of a second up in a network of its own', again.changed.length, { atMost: 0 }, '')
  figure('API calls of a second up in a network of its own', again.calls.length, { atMost: 6 }, 'calls')

  await mended(rig)
  await elsewhere(rig)
  const down = await rig.down(withNetwork)
  noError(down, 'down')
  equal(await truth(api), before, 'the account after down')
  equal((await rig.down(withNetwork)).changed, [], 'what a second down changes')

  for (const call of making) await killedAfter(rig, call)
  await seededRuns(rig, 20_001, seeds, withNetwork)
  await partialStates(rig, states, withNetwork)
}

const making = ['CreateVpc', 'CreateSubnet', 'CreateInternetGateway', 'AttachInternetGateway', 'CreateRoute']

/** A run that ends before it hears of what it has made leaves that to the next one: there is one of each, or none. */
async function killedAfter(rig: Rig, call: string): Promise<void> {
  for (const then of ['up', 'down'] as const) {
    await rig.anew({ moveSeconds: 10, hiddenSeconds: () => 60 })
    const killed = await rig.up(withNetwork, { killAfter: call })
    equal([killed.killed, killed.calls.at(-1)], [true, call], 'where up was killed')
    if (then === 'up') noError(await rig.up(withNetwork), `up after ${call}`)
    const parts = (await truth(rig.account)).marked.filter(name => /^(network|subnet|gateway) /.test(name))
    if (then === 'up') equal(parts.map(name => name.split(' ')[0]).sort(), ['gateway', 'network', 'subnet'], call)
    noError(await rig.down(withNetwork), `down after ${call}`)
    equal((await truth(rig.account)).marked, [], `what is left after ${call}`)
  }
}

/** Hosts, and what decides who reaches them, are in that network, and it has a way to the internet. */
async function inIt(rig: Rig): Promise<void> {
  const Filters = [{ Name: 'tag-key', Values: ['andamio:lab'] }]
  const [{ Vpcs = [] }, { SecurityGroups = [] }, { Reservations = [] }] = await Promise.all([
    rig.account.describeVpcs({ Filters }),
    rig.account.describeSecurityGroups({ Filters }),
    rig.account.describeInstances({ Filters }),
  ])
  const [vpc] = Vpcs
  equal([Vpcs.length, vpc?.CidrBlock], [1, '10.60.0.0/24'], 'networks')
  equal([...new Set(SecurityGroups.map(({ VpcId }) => VpcId))], [vpc?.VpcId], 'networks of security groups')
  const instances = Reservations.flatMap(({ Instances = [] }) => Instances)
  for (const { VpcId, PublicIpAddress, PrivateIpAddress } of instances) {
    equal(VpcId, vpc?.VpcId, 'network of an instance')
    holds(PublicIpAddress !== undefined, 'it has an address of the internet')
    holds(PrivateIpAddress?.startsWith('10.60.0.') === true, `and one of the network: ${PrivateIpAddress}`)
  }
  const { RouteTables = [] } = await rig.account.describeRouteTables({
    Filters: [{ Name: 'vpc-id', Values: [vpc?.VpcId ?? ''] }],
  })
  const routes = RouteTables.flatMap(({ Routes = [] }) => Routes)
  holds(
    routes.some(({ GatewayId, DestinationCidrBlock }) => DestinationCidrBlock === '0.0.0.0/0' && GatewayId),
    'the network has a way to the internet',
  )
}

/** Somebody takes the way out, or the gateway from the network: the next up brings it back, and nothing else. */
async function mended(rig: Rig): Promise<void> {
  const Filters = [{ Name: 'tag-key', Values: ['andamio:lab'] }]
  const { Vpcs = [] } = await rig.account.describeVpcs({ Filters })
  const VpcId = Vpcs[0]?.VpcId ?? ''
  const { RouteTables = [] } = await rig.account.describeRouteTables({ Filters: [{ Name: 'vpc-id', Values: [VpcId] }] })
  const RouteTableId = RouteTables[0]?.RouteTableId ?? ''
  await rig.account.deleteRoute({ RouteTableId, DestinationCidrBlock: '0.0.0.0/0' })
  equal((await rig.up(withNetwork)).changed, ['ec2-route 0.0.0.0/0'], 'what a lost way out changes')

  const { InternetGateways = [] } = await rig.account.describeInternetGateways({ Filters })
  const InternetGatewayId = InternetGateways[0]?.InternetGatewayId ?? ''
  await rig.account.deleteRoute({ RouteTableId, DestinationCidrBlock: '0.0.0.0/0' })
  await rig.account.detachInternetGateway({ InternetGatewayId, VpcId })
  const parts = ['ec2-internet-gateway rig', 'ec2-route 0.0.0.0/0']
  equal((await rig.up(withNetwork)).changed, parts, 'what a gateway that was detached changes')
  await inIt(rig)
}

/** A lab does not move to another network, be its hosts there or one of them missing: nothing is made beside the others. */
async function elsewhere(rig: Rig): Promise<void> {
  const refuses = async (inventory: string) => {
    const before = (await truth(rig.account)).marked
    const { error } = await rig.up(inventory)
    const { failure } = (error ?? {}) as { failure?: { code: string } }
    equal(failure?.code, 'ec2-network-differs', `up elsewhere: ${JSON.stringify(error)}`)
    equal((await truth(rig.account)).marked, before, 'what an up elsewhere has made')
  }
  const inSubnet = smallLab.replace('ec2: { ', `ec2: { subnet: ${await subnetOfTheAccount(rig)}, `)
  for (const inventory of [smallLab, inSubnet]) await refuses(inventory)
  const Filters = [{ Name: 'tag:andamio:host', Values: ['nfs'] }]
  const { Reservations = [] } = await rig.account.describeInstances({ Filters })
  const InstanceIds = Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId = '' }) => InstanceId))
  await rig.somebody.terminateInstances({ InstanceIds })
  for (const inventory of [smallLab, inSubnet]) await refuses(inventory)
  noError(await rig.up(withNetwork), 'up with its network')
}

/** One that was there before the lab. */
async function subnetOfTheAccount(rig: Rig): Promise<string> {
  const { Subnets = [] } = await rig.account.describeSubnets({
    Filters: [{ Name: 'default-for-az', Values: ['true'] }],
  })
  return Subnets[0]?.SubnetId ?? ''
}
