import { AndamioError } from '../../errors.ts'
import { onOperator } from '../../resource/operator.ts'
import { absent, present, type Resource } from '../../resource/resource.ts'
import { mineOf } from './alive.ts'
import type { Ec2Lab } from './lab.ts'
import { whatOf } from './launch.ts'
import { isAlive, type SeenInstance } from './seen.ts'

type GoneState = { readonly ids: readonly string[] }

const endLimitSeconds = 900
const terminated = (seen: SeenInstance): boolean => seen.state === 'terminated'

/** A host's instance, terminated, and whatever else of the lab is called so; its disk goes with it. */
export function noInstance(lab: Ec2Lab, host: string): Resource<GoneState, undefined> {
  const { account, journal } = lab
  const what = whatOf(host)
  return {
    kind: 'ec2-instance',
    id: host,
    probe: onOperator(async () => {
      // Also those that are on their way out: until they have ended they hold what is to go next.
      const seen = mineOf(lab, await account.instances.now(), host).filter(one => !terminated(one))
      const ids = seen.map(({ id }) => id)
      return ids.length === 0 && !journal.mayCome(what) ? absent : present({ ids })
    }),
    diff: is =>
      is.is === 'absent'
        ? []
        : [{ attribute: 'instance', before: is.state.ids.join(', ') || 'asked for, not seen yet', after: null }],
    async apply() {
      const come = await idsOf(lab, host)
      if (come.length > 0)
        await account.call('terminateInstances', api => api.terminateInstances({ InstanceIds: [...come] }))
      const gone = (seen: readonly SeenInstance[]) => (mineOf(lab, seen, host).every(terminated) ? true : undefined)
      const wait = { who: host, what: 'its instance to end', limitSeconds: endLimitSeconds }
      if (!(await account.until(account.instances, gone, wait))) throw stays(lab, host)
      journal.settled(what)
    },
  }
}

/** Those to terminate. One that was asked for and is not seen yet is waited for: it would outlive the lab. */
async function idsOf(lab: Ec2Lab, host: string): Promise<readonly string[]> {
  const { account, journal } = lab
  const here = (seen: readonly SeenInstance[]) => {
    const left = mineOf(lab, seen, host).filter(one => !terminated(one))
    const ids = left.filter(isAlive).map(({ id }) => id)
    const ending = left.length > ids.length
    return ids.length > 0 || ending ? ids : undefined
  }
  const wait = { who: host, what: 'the instance that was asked for', limitSeconds: journal.secondsLeft(whatOf(host)) }
  return (await account.until(account.instances, here, wait)) ?? []
}

const stays = (lab: Ec2Lab, host: string): AndamioError =>
  new AndamioError({
    code: 'ec2-instance-stays',
    message: `The instance of ${host} has not ended within ${endLimitSeconds / 60} minutes`,
    place: `EC2 in ${lab.account.region}`,
    next: 'See in the console whether it is protected against termination; then run the same command again.',
  })
