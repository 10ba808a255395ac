import { AndamioError } from '../../errors.ts'
import { onOperator } from '../../resource/operator.ts'
import { type Answer, absent, present, type Resource, unknown } from '../../resource/resource.ts'
import { alive } from './alive.ts'
import { isKnown, knowByConsole } from './console-key.ts'
import { correctExpiry } from './correct-expiry.ts'
import { isDue } from './expiry.ts'
import { firstAnswer } from './first-answer.ts'
import type { HostWish } from './host-wish.ts'
import type { InstanceState } from './instance-state.ts'
import { visibilitySeconds } from './journal.ts'
import { type Ec2Lab, foreign } from './lab.ts'
import { launch, whatOf } from './launch.ts'
import { correctPosture, posture } from './posture.ts'
import { isAlive, isGone, type SeenInstance } from './seen.ts'

const stateLimitSeconds = 600

/** An instance that runs and answers on its SSH port. A stopped one is started, never replaced. */
export function instance(lab: Ec2Lab, wish: HostWish): Resource<InstanceState, undefined> {
  return {
    kind: 'ec2-instance',
    id: wish.name,
    probe: onOperator(() => look(lab, wish)),
    diff(is) {
      const expires = { attribute: 'expires', after: wish.expiry ? { late: `in ${wish.expiry.hours} hours` } : null }
      if (is.is === 'absent')
        return [
          { attribute: 'instance', before: null, after: wish.type },
          ...(wish.expiry ? [{ ...expires, before: null }] : []),
        ]
      const { state } = is.state
      const running = state === 'running' ? [] : [{ attribute: 'running', before: false, after: true }]
      const due = is.state.expiryDue ? [{ ...expires, before: is.state.expires }] : []
      const known = is.state.known ? [] : [{ attribute: 'host key known', before: false, after: true }]
      return [...running, ...posture(wish, is.state), ...due, ...known]
    },
    async apply() {
      const id = await idToRun(lab, wish)
      await mustRun(lab, wish, id)
      await correctPosture(lab, wish, id)
      await correctExpiry(lab, wish, id)
      await knowByConsole(lab, wish, id)
      await firstAnswer(lab, wish, id)
    },
  }
}

async function idToRun(lab: Ec2Lab, wish: HostWish): Promise<string> {
  const [there] = alive(lab, await lab.account.instances.now(), wish.name)
  if (there) return there.id
  const id = await launch(lab, wish)
  lab.fresh.add(wish.name)
  return id
}

/** Waits until it is seen running, with its addresses; starts it where it is stopped. Throws where it ends instead. */
async function mustRun(lab: Ec2Lab, wish: HostWish, id: string): Promise<void> {
  const { account } = lab
  const wait = { who: wish.name, what: `instance ${id} to run`, limitSeconds: visibilitySeconds + stateLimitSeconds }
  for (;;) {
    const settled = await account.until(
      account.instances,
      seen => seen.find(one => one.id === id && isSettled(one)),
      wait,
    )
    if (!settled || isGone(settled)) throw neverRan(lab, wish, id, settled)
    if (settled.state === 'running') return lab.journal.settled(whatOf(wish.name))
    await account.call('startInstances', api => api.startInstances({ InstanceIds: [id] }))
    const started = (seen: readonly SeenInstance[]) => seen.find(one => one.id === id && one.state !== 'stopped')
    await account.until(account.instances, started, wait)
  }
}

const isSettled = (seen: SeenInstance): boolean =>
  (seen.state === 'running' && seen.address !== undefined) || seen.state === 'stopped' || isGone(seen)

const neverRan = (lab: Ec2Lab, { name }: HostWish, id: string, seen: SeenInstance | undefined): AndamioError =>
  new AndamioError({
    code: 'ec2-instance-ended',
    message: `Instance ${id} of ${name} does not run`,
    place: `EC2 in ${lab.account.region}, ${id}`,
    cause: seen ? `it is ${seen.state}: ${seen.reason ?? 'AWS does not say why'}` : 'AWS does not show it running',
    next: 'Mend what it names (a quota of volumes, a key for encryption), then run the same command again.',
  })

async function look(lab: Ec2Lab, { name: host, expiry }: HostWish): Promise<Answer<InstanceState>> {
  const [instances, groups] = await Promise.all([lab.account.instances.now(), lab.account.groups.now()])
  const why = foreign(lab, instances.filter(isAlive))
  if (why !== undefined) return unknown(why)
  const [found, second] = alive(lab, instances, host)
  if (!found) return absent
  if (second) return unknown(`two instances are ${host}: ${found.id} and ${second.id}; end the one that is not wanted`)
  const nameOf = (id: string) => groups.find(group => group.id === id)?.group ?? id
  return present({
    id: found.id,
    state: found.state,
    groups: found.groups.map(nameOf).sort(),
    metadata: `tokens ${found.metadata.tokens}, hops ${found.metadata.hops}`,
    expires: found.expires ?? null,
    expiryDue: isDue(found.expires, found.atEnd, expiry, lab.account.clock.now()),
    known: isKnown(lab, host),
  })
}
