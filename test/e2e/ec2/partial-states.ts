import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { figure, say } from '../proof.ts'
import { randomFrom } from '../random.ts'
import { type Rig, smallLab } from './rig.ts'
import { makeNeighbours, truth } from './truth.ts'

const ofLab = [{ Name: 'tag-key', Values: ['andamio:lab'] }]

/** What may have happened to a lab behind our back, or to what this machine keeps of it. */
const injuries: Readonly<Record<string, (rig: Rig, random: () => number) => Promise<unknown>>> = {
  'an instance terminated': async (rig, random) =>
    rig.somebody.terminateInstances({ InstanceIds: await someInstance(rig, random) }),
  'an instance stopped': async (rig, random) =>
    rig.somebody.stopInstances({ InstanceIds: await someInstance(rig, random) }),
  'rules revoked': async rig => {
    const { SecurityGroups = [] } = await rig.account.describeSecurityGroups({ Filters: ofLab })
    for (const { GroupId = '', IpPermissions = [] } of SecurityGroups.slice(1))
      await rig.account.revokeSecurityGroupIngress({ GroupId, IpPermissions })
  },
  'a rule of somebody': async rig => {
    const { SecurityGroups = [] } = await rig.account.describeSecurityGroups({ Filters: ofLab })
    const [group] = SecurityGroups
    if (group)
      await rig.account.authorizeSecurityGroupIngress({
        ...(group.GroupId ? { GroupId: group.GroupId } : {}),
        IpPermissions: [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '198.51.100.0/24' }] }],
      })
  },
  'the key pair deleted': async rig => {
    const { KeyPairs = [] } = await rig.account.describeKeyPairs({ Filters: ofLab })
    for (const { KeyName = '' } of KeyPairs) await rig.account.deleteKeyPair({ KeyName })
  },
  "the hosts' folders lost": async rig => rm(join(rig.stateFolder, 'hosts'), { recursive: true, force: true }),
  'the login key lost': async rig => rm(join(rig.stateFolder, 'id_ed25519'), { force: true }),
}

async function someInstance(rig: Rig, random: () => number): Promise<string[]> {
  const { Reservations = [] } = await rig.somebody.describeInstances({ Filters: ofLab })
  const ids = Reservations.flatMap(({ Instances = [] }) => Instances.flatMap(({ InstanceId }) => InstanceId ?? []))
  const id = ids[Math.floor(random() * ids.length)]
  if (id === undefined) throw new Error('there is no instance')
  return [id]
}

/** Half made, injured, half removed: down ends with nothing of ours, and with all that is not. */
export async function partialStates(rig: Rig, count: number, inventory = smallLab): Promise<void> {
  const [left, touched, failed, done] = [[], [], [], new Map<string, number>()] as [
    string[],
    string[],
    string[],
    Map<string, number>,
  ]
  for (let seed = 1; seed <= count; seed++) {
    const random = randomFrom(seed + 5000)
    await rig.anew({ moveSeconds: Math.floor(random() * 20), hiddenSeconds: () => random() * 60 })
    await makeNeighbours(rig.account)
    const before = await truth(rig.account)
    await rig.up(inventory, { killAfter: random() < 0.5 ? 1 + Math.floor(random() * 28) : undefined })
    for (let injury = 0; injury < 1 + Math.floor(random() * 3); injury++) {
      const [name = '', injure] = Object.entries(injuries)[Math.floor(random() * Object.keys(injuries).length)] ?? []
      // Of what is not there, nothing can be taken.
      await injure?.(rig, random).then(
        () => done.set(name, (done.get(name) ?? 0) + 1),
        () => undefined,
      )
    }
    if (random() < 0.5) await rig.down(inventory, { killAfter: 1 + Math.floor(random() * 25) })
    const down = await rig.down(inventory)
    if (down.error !== undefined) failed.push(`seed ${seed}: ${JSON.stringify(down.error)}`)
    const after = await truth(rig.account)
    left.push(...after.marked.map(thing => `seed ${seed}: ${thing}`))
    if (after.neighbours.join() !== before.neighbours.join()) touched.push(`seed ${seed}`)
  }
  for (const text of [...left, ...touched, ...failed]) say(text)
  say(`injuries: ${JSON.stringify(Object.fromEntries(done))}`)
  figure('partial states', count, { atLeast: count }, '')
  figure('kinds of injury', done.size, { atLeast: Object.keys(injuries).length }, '')
  figure('things left by down from partial states', left.length, { atMost: 0 }, '')
  figure('neighbours touched', touched.length, { atMost: 0 }, '')
  figure('downs that failed', failed.length, { atMost: 0 }, '')
}
