import { AndamioError } from '../../errors.ts'
import { onOperator } from '../../resource/operator.ts'
import { type Answer, present, type Resource } from '../../resource/resource.ts'
import { alive } from './alive.ts'
import { isKnown, knowByConsole } from './console-key.ts'
import { correctExpiry } from './correct-expiry.ts'
import { isDue } from './expiry.ts'
import { firstAnswer } from './first-answer.ts'
import type { HostWish } from './host-wish.ts'
import { visibilitySeconds } from './journal.ts'
import type { Ec2Lab } from './lab.ts'
import { whatOf } from './launch.ts'
import { lookAt } from './look-at.ts'
import { correctPosture, posture } from './posture.ts'
import type { RunningState } from './running-state.ts'
import { isGone, type SeenInstance } from './seen.ts'

const stateLimitSeconds = 600

/** A host's instance runs and answers on its SSH port. A stopped one is started, never replaced. */
export function running(lab: Ec2Lab, wish: HostWish): Resource<RunningState, undefined> {
  return {
    kind: 'ec2-running',
    id: wish.name,
    probe: onOperator(() => look(lab, wish)),
    diff(is) {
      const toRun = { attribute: 'running', before: false, after: true }
      if (is.is === 'absent') return [toRun]
      const { state, known, expiryDue, expires: before } = is.state
      const after = wish.expiry ? { late: `in ${wish.expiry.hours} hours` } : null
      return [
        ...(state === 'running' ? [] : [toRun]),
        ...posture(wish, is.state),
        ...(expiryDue ? [{ attribute: 'expires', before, after }] : []),
        ...(known ? [] : [{ attribute: 'host key known', before: false, after: true }]),
      ]
    },
    async apply() {
      const { id } = await theOne(lab, wish)
      await mustRun(lab, wish, id)
      await correctPosture(lab, wish, id)
      await correctExpiry(lab, wish, id)
      await knowByConsole(lab, wish, id)
      await firstAnswer(lab, wish, id)
    },
  }
}

/** The host's instance. Throws where none is left: it has ended since it was made. */
async function theOne(lab: Ec2Lab, wish: HostWish): Promise<SeenInstance> {
  const seen = await lab.account.instances.now()
  const [there] = alive(lab, seen, wish.name)
  if (there) return there
  const ended = seen.findLast(({ lab: id, host }) => id === lab.journal.id && host === wish.name)
  throw neverRan(lab, wish, ended?.id ?? 'that was made', ended)
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

async function look(lab: Ec2Lab, { name, expiry }: HostWish): Promise<Answer<RunningState>> {
  const groups = await lab.account.groups.now()
  const nameOf = (id: string) => groups.find(group => group.id === id)?.group ?? id
  return lookAt(lab, name, ({ id, state, groups, metadata, expires, atEnd }) =>
    present({
      ...{ id, state, groups: groups.map(nameOf).sort(), expires: expires ?? null },
      metadata: `tokens ${metadata.tokens}, hops ${metadata.hops}`,
      expiryDue: isDue(expires, atEnd, expiry, lab.account.clock.now()),
      known: isKnown(lab, name),
    }),
  )
}
