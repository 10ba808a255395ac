import { labPorts } from '../../../playbooks/lib/lab-ports.ts'
import { figure, holds, say } from '../proof.ts'
import { randomFrom } from '../random.ts'
import { region } from './client.ts'
import type { Rig } from './rig.ts'

const pick = <T>(random: () => number, list: readonly T[]): T => list[Math.floor(random() * list.length)] as T

/** An inventory that is in order: any types, disks, networks and groups. */
function inventoryOf(random: () => number): string {
  const types = ['t3.micro', 't3.medium', 'm5.large', 'c6i.xlarge']
  const network = () => pick(random, ['203.0.113.7/32', '198.51.100.0/24', '10.0.0.0/8', '192.0.2.128/25'])
  const host = (name: string, group: string) => {
    const disk = random() < 0.5 ? `, disk: ${pick(random, ['30G', '20480M', '100G'])}` : ''
    const other = random() < 0.3 ? `, otherTypes: [${pick(random, types)}]` : ''
    return `  ${name}: { groups: [${group}], type: ${pick(random, types)}${disk}${other} }`
  }
  const workers = Math.floor(random() * 3)
  const settings = [
    `region: ${region}`,
    `operators: ${network()}`,
    ...(random() < 0.5 ? [`clients: ${network()}`] : []),
    ...(random() < 0.3 ? [`zones: [${region}a, ${region}b]`] : []),
  ]
  return [
    'lab: posture',
    'provider: ec2',
    `ec2: { ${settings.join(', ')} }`,
    'hosts:',
    host('cp', 'control-plane'),
    ...(workers > 0 ? [host(`worker[1:${workers}]`, 'workers')] : []),
    ...(random() < 0.7 ? [host('nfs', 'storage, registry')] : []),
    `groups: { cluster: { children: [control-plane${workers > 0 ? ', workers' : ''}] } }`,
  ].join('\n')
}

/** What of the account is not as safe as it must be, a sentence each. */
async function unsafe(rig: Rig): Promise<readonly string[]> {
  const Filters = [{ Name: 'tag-key', Values: ['andamio:lab'] }]
  const [{ Reservations = [] }, { SecurityGroups = [] }, { Volumes = [] }] = await Promise.all([
    rig.account.describeInstances({ Filters }),
    rig.account.describeSecurityGroups({ Filters }),
    rig.account.describeVolumes({ Filters }),
  ])
  const instances = Reservations.flatMap(({ Instances = [] }) => Instances)
  holds(instances.length > 0 && Volumes.length === instances.length, 'there are hosts, and a disk for each')
  const rules = SecurityGroups.flatMap(({ IpPermissions = [] }) => IpPermissions)
  return [
    ...instances.flatMap(({ InstanceId, MetadataOptions: options }) =>
      options?.HttpTokens === 'required' && options.HttpPutResponseHopLimit === 1 ? [] : [`${InstanceId}: metadata`],
    ),
    ...Volumes.flatMap(({ VolumeId, Encrypted, VolumeType }) =>
      Encrypted && VolumeType === 'gp3' ? [] : [`${VolumeId}: ${VolumeType}, encrypted ${Encrypted}`],
    ),
    ...rules.flatMap(({ IpRanges = [], Ipv6Ranges = [] }) =>
      [...IpRanges.map(({ CidrIp }) => CidrIp), ...Ipv6Ranges.map(({ CidrIpv6 }) => CidrIpv6)]
        .filter(range => range === '0.0.0.0/0' || range === '::/0')
        .map(range => `open to ${range}`),
    ),
  ]
}

export async function posture(rig: Rig, count: number): Promise<void> {
  const found: string[] = []
  const table = rig.table
  rig.table = labPorts
  for (let seed = 1; seed <= count; seed++) {
    await rig.anew()
    const inventory = inventoryOf(randomFrom(seed + 9000))
    const up = await rig.up(inventory)
    holds(up.error === undefined, `seed ${seed} goes up: ${JSON.stringify(up.error)}\n${inventory}`)
    found.push(...(await unsafe(rig)).map(text => `seed ${seed}: ${text}`))
  }
  rig.table = table
  for (const text of found) say(text)
  figure('inventories whose posture was looked at', count, { atLeast: count }, '')
  figure('things that were not safe', found.length, { atMost: 0 }, '')
}
