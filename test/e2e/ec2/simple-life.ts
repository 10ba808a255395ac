import { equal, figure } from '../proof.ts'
import { newest } from './images.ts'
import { noError, type Rig, smallLab } from './rig.ts'
import { makeNeighbours, truth } from './truth.ts'

/** Fault-free: the plan is what is then done, the second up does nothing, and nothing is left. */
export async function simpleLife(rig: Rig): Promise<void> {
  await rig.anew({ moveSeconds: 10 })
  const api = rig.account
  await makeNeighbours(api)
  const before = await truth(api)
  const plan = await rig.up(smallLab, { check: true })
  equal((await truth(api)).marked, [], 'what a check has made')
  const up = await rig.up()
  noError(up, 'up')
  equal(up.changed.toSorted(), plan.changed.toSorted(), 'what was planned and what was done')
  const made = await truth(api)
  equal(made.hosts, ['cp', 'nfs'], 'hosts')
  const { Reservations = [] } = await api.describeInstances({ Filters: [{ Name: 'tag-key', Values: ['andamio:lab'] }] })
  for (const { ImageId } of Reservations.flatMap(({ Instances = [] }) => Instances)) equal(ImageId, newest, 'image')

  const again = await rig.up()
  noError(again, 'second up')
  figure('changes of a second up', again.changed.length, { atMost: 0 }, '')
  figure('API calls of a second up', again.calls.length, { atMost: 6 }, 'calls')

  const ids = Reservations.flatMap(({ Instances = [] }) => Instances.flatMap(({ InstanceId }) => InstanceId ?? []))
  await rig.somebody.stopInstances({ InstanceIds: ids })
  const started = await rig.up()
  noError(started, 'up of stopped hosts')
  equal(started.changed.toSorted(), ['ec2-running cp', 'ec2-running nfs'], 'what starting changes')
  equal((await truth(api)).marked, made.marked, 'things after a start')

  const down = await rig.down()
  noError(down, 'down')
  const after = await truth(api)
  equal(after, before, 'the account after down')
  const second = await rig.down()
  noError(second, 'second down')
  equal(second.changed, [], 'what a second down changes')
}
