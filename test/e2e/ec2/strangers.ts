import { idTag, labTag, tagged } from '../../../engine/provider/ec2/tags.ts'
import { equal, figure, holds } from '../proof.ts'
import { noError, type Rig, smallLab } from './rig.ts'
import { truth } from './truth.ts'

const withNetwork = smallLab.replace('ec2: { ', 'ec2: { network: 10.60.0.0/24, ')

/** One of each kind that a lab is made of, as somebody makes it by hand, or a tool that copies tags. */
async function makeStrangers({ account }: Rig, id?: string): Promise<void> {
  const tags = { [labTag]: 'rig', ...(id === undefined ? {} : { [idTag]: id }) }
  const { Vpc } = await account.createVpc({ CidrBlock: '10.99.0.0/24', TagSpecifications: tagged(tags, 'vpc') })
  const subnet = { CidrBlock: '10.99.0.0/24', VpcId: Vpc?.VpcId, TagSpecifications: tagged(tags, 'subnet') }
  const { Subnet } = await account.createSubnet(subnet)
  await account.createInternetGateway({ TagSpecifications: tagged(tags, 'internet-gateway') })
  await account.createKeyPair({ KeyName: `theirs-${id}`, TagSpecifications: tagged(tags, 'key-pair') })
  const group = { GroupName: 'theirs', Description: 'theirs', VpcId: Vpc?.VpcId }
  await account.createSecurityGroup({ ...group, TagSpecifications: tagged(tags, 'security-group') })
  const instance = { ImageId: 'ami-00000000000000001', MinCount: 1, MaxCount: 1, SubnetId: Subnet?.SubnetId }
  await account.runInstances({ ...instance, TagSpecifications: tagged(tags, 'instance', 'volume') })
}

/** What no lab has made, and what another lab of this name has, stays, keeps no down from its end, and is named by it. */
export async function strangers(rig: Rig): Promise<void> {
  let touched = 0
  for (const id of [undefined, 'theirs'])
    for (const inventory of [smallLab, withNetwork]) {
      await rig.anew({ moveSeconds: 10 })
      noError(await rig.up(inventory), 'up')
      const ours = (await truth(rig.account)).marked
      await makeStrangers(rig, id)
      const theirs = (await truth(rig.account)).marked.filter(name => !ours.includes(name))
      const down = await rig.down(inventory)
      noError(down, 'down')
      const left = (await truth(rig.account)).marked
      touched += theirs.filter(name => !left.includes(name)).length
      equal(left, theirs, 'what down leaves')
      const told = down.events.flatMap(event => (event.type === 'notice' ? event.text : [])).join('\n')
      for (const name of theirs.filter(name => !/^(key|card)/.test(name))) {
        const [, thing = ''] = name.split(' ')
        holds(told.includes(thing), `${name} is named: ${told}`)
      }
      holds(told.includes(id === undefined ? 'no andamio:id' : 'lab id theirs'), told)
    }
  figure("things of others by the lab's name that down has touched", touched, { atMost: 0 }, '')

  // Where there is nothing of ours yet, none of it is made beside them, and nothing is written.
  await rig.anew()
  await makeStrangers(rig)
  const before = await truth(rig.account)
  const { error } = await rig.up()
  holds(/no andamio:id/.test(JSON.stringify(error)), `up beside strangers: ${JSON.stringify(error)}`)
  equal(await truth(rig.account), before, 'what an up beside strangers has made')
  noError(await rig.down(), 'down beside strangers')
}
