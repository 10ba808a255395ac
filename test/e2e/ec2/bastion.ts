import { equal, figure, holds } from '../proof.ts'
import { type Rig, smallLab } from './rig.ts'
import { truth } from './truth.ts'

/** Behind hosts of the user's, the lab's have no address of the internet. */
export async function bastion(rig: Rig): Promise<void> {
  await rig.anew({ moveSeconds: 10 })
  const { Subnets = [] } = await rig.account.describeSubnets({})
  const subnet = Subnets[0]?.SubnetId ?? ''
  const settings = `subnet: ${subnet}, jump: [admin@bastion.example], `
  const inventory = smallLab.replace('ec2: { ', `ec2: { ${settings}`)
  const before = await truth(rig.account)
  const up = await rig.up(inventory)
  holds(up.error === undefined, `up: ${JSON.stringify(up.error)}`)
  const { Reservations = [] } = await rig.account.describeInstances({})
  const instances = Reservations.flatMap(({ Instances = [] }) => Instances)
  equal(instances.length, 2, 'instances')
  for (const { SubnetId, PublicIpAddress, PrivateIpAddress } of instances) {
    equal([SubnetId, PublicIpAddress], [subnet, undefined], 'subnet, and address of the internet')
    holds(PrivateIpAddress !== undefined, 'an address in the subnet')
  }
  const again = await rig.up(inventory)
  figure('changes of a second up behind a jump host', again.changed.length, { atMost: 0 }, '')
  const down = await rig.down(inventory)
  holds(down.error === undefined, `down: ${JSON.stringify(down.error)}`)
  equal(await truth(rig.account), before, 'the account after down')
}
