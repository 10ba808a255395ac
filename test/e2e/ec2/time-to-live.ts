import { equal, figure, holds } from '../proof.ts'
import { noError, type Rig, smallLab } from './rig.ts'

const withHours = smallLab.replace('ec2: { ', 'ec2: { hours: 8, ')
const hour = 3_600_000

/** What AWS does with each host at its end, and when that is. */
async function ends(rig: Rig): Promise<readonly (readonly [string, string, string])[]> {
  const { Reservations = [] } = await rig.account.describeInstances({})
  const found = Reservations.flatMap(({ Instances = [] }) => Instances).map(async ({ InstanceId = '', Tags = [] }) => {
    const tag = (key: string) => Tags.find(({ Key }) => Key === key)?.Value ?? 'none'
    const Attribute = 'instanceInitiatedShutdownBehavior' as const
    const { InstanceInitiatedShutdownBehavior: told } = await rig.account.describeInstanceAttribute({
      InstanceId,
      Attribute,
    })
    return [tag('andamio:host'), told?.Value ?? '', tag('andamio:expires')] as const
  })
  return (await Promise.all(found)).toSorted(([one], [other]) => one.localeCompare(other))
}

/** Hosts end by themselves; up gives them time anew, not oftener than it must. */
export async function timeToLive(rig: Rig): Promise<void> {
  await rig.anew({ moveSeconds: 10 })
  const made = await rig.up(withHours)
  noError(made, 'up')
  const costs = JSON.stringify(made.events.filter(({ type }) => type === 'notice'))
  holds(/USD in 8 hours .*nfs only stops: its disk costs 2 USD a month/.test(costs), `what it costs: ${costs}`)
  const first = await ends(rig)
  equal(
    first.map(([host, told]) => [host, told]),
    [
      ['cp', 'terminate'],
      ['nfs', 'stop'],
    ],
    'what happens at the end',
  )
  for (const [host, , expires] of first) {
    const left = (Date.parse(expires) - rig.clock.now()) / hour
    holds(left > 7.8 && left <= 8.02, `${host} has its hours: ${left}`)
  }
  const again = await rig.up(withHours)
  equal(again.changed, [], 'what a second up changes')
  figure('API calls of a second up, with a time to live', again.calls.length, { atMost: 6 }, 'calls')

  await rig.clock.sleep(5 * hour)
  const plan = await rig.up(withHours, { check: true })
  const later = await rig.up(withHours)
  noError(later, 'up after five hours')
  equal(later.changed.toSorted(), ['ec2-running cp', 'ec2-running nfs'], 'what is given time')
  equal(plan.changed.toSorted(), later.changed.toSorted(), 'what was planned')
  for (const [host, , expires] of await ends(rig))
    holds(Date.parse(expires) - rig.clock.now() > 7.9 * hour, `${host} has its hours anew`)

  noError(await rig.up(smallLab), 'up without hours')
  equal(
    await ends(rig),
    [
      ['cp', 'stop', 'none'],
      ['nfs', 'stop', 'none'],
    ],
    'without hours',
  )
}
