import { onOperator } from '../../resource/operator.ts'
import { type Answer, absent, present, type Resource, unknown } from '../../resource/resource.ts'
import { type Ec2Lab, mine, ours } from './lab.ts'
import { make } from './make.ts'
import { mustShow } from './must-show.ts'
import type { NetworkPart } from './network-parts.ts'
import type { SeenPart } from './own-network.ts'
import { removeWhenFree } from './remove-when-free.ts'
import { isService } from './service-error.ts'

type PartState = { readonly ids: readonly string[]; readonly attached: boolean }

/** A part of a network that is made for the lab, in it. */
export function networkPart(lab: Ec2Lab, part: NetworkPart): Resource<PartState, undefined> {
  const { kind, what } = part
  const reading = part.reading(lab)
  return {
    kind,
    id: lab.name,
    probe: onOperator(async (): Promise<Answer<PartState>> => {
      const known = await part.inUse?.(lab)
      if (known !== undefined) return present({ ids: [known], attached: true })
      const seen = ours(lab, await reading.now())
      const [one, second] = seen
      if (second)
        return unknown(
          `the lab has more than one ${what}: ${seen.map(({ id }) => id).join(' and ')}; down removes them`,
        )
      return one ? present({ ids: [one.id], attached: one.vpc !== undefined }) : absent
    }),
    diff(is) {
      if (is.is === 'absent')
        return [{ attribute: 'id', before: null, after: { late: 'given by AWS' } }, ...(part.wish?.(lab) ?? [])]
      return is.state.attached ? [] : [{ attribute: 'in the network', before: false, after: true }]
    },
    async apply() {
      const [there] = ours(lab, await reading.now())
      if (!there && !(await lateComer(lab, part))) {
        const send = await part.make(lab)
        await make(lab, what, part.call, send, part.already)
      }
      await mustShow(lab, reading, seen => seen.length > 0, what)
      const [made] = ours(lab, await reading.now())
      if (made?.vpc !== undefined || !part.attach) return
      await part.attach(lab, made?.id ?? '').catch(unlessAttached)
      await mustShow(lab, reading, seen => seen.some(({ vpc }) => vpc !== undefined), what)
    },
  }
}

export function noNetworkPart(lab: Ec2Lab, part: NetworkPart): Resource<PartState, undefined> {
  const { kind, what } = part
  const { account, journal } = lab
  const reading = part.reading(lab)
  return {
    kind,
    id: lab.name,
    probe: onOperator(async () => {
      const seen = mine(lab, await reading.now())
      if (seen.length === 0 && !journal.mayCome(what)) return absent
      return present({ ids: seen.map(({ id }) => id), attached: true })
    }),
    diff: is =>
      is.is === 'absent'
        ? []
        : [{ attribute: 'id', before: is.state.ids.join(', ') || 'asked for, not seen yet', after: null }],
    async apply() {
      await lateComer(lab, part)
      for (const seen of mine(lab, await reading.now()))
        await removeWhenFree(lab, what, () => part.remove(lab, seen).catch(unlessGone))
      journal.settled(what)
      await account.until(reading, seen => (mine(lab, seen).length === 0 ? true : undefined), {
        who: lab.name,
        what: `the ${what} to be gone`,
        limitSeconds: 60,
      })
    },
  }
}

/** One that an earlier run has asked for: AWS would make a second one, so it is waited for. */
async function lateComer(lab: Ec2Lab, part: NetworkPart): Promise<SeenPart | undefined> {
  const limitSeconds = lab.journal.secondsLeft(part.what)
  const wait = { who: lab.name, what: `the ${part.what} that was asked for`, limitSeconds }
  return lab.account.until(part.reading(lab), seen => mine(lab, seen)[0], wait)
}

function unlessAttached(error: unknown): void {
  if (!isService(error, 'Resource.AlreadyAssociated')) throw error
}

function unlessGone(error: unknown): void {
  if (!isService(error, /^Invalid(VpcID|SubnetID|InternetGatewayID)\.NotFound$/)) throw error
}
