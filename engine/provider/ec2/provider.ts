import { join } from 'node:path'
import type { AndamioError } from '../../errors.ts'
import { commandFor } from '../../inventory/command-for.ts'
import type { SettingsOf, SizeOf } from '../../inventory/provider-fields.ts'
import { Late } from '../../resource/late.ts'
import type { AnyResource } from '../../resource/resource.ts'
import { ImageRecord } from '../lab/image-record.ts'
import { loginKey, noHostKey, noLoginKey } from '../lab/keys.ts'
import { knownImage } from '../lab/known-image.ts'
import { foldersIn } from '../lab/layout.ts'
import type { Provider, ProviderContext } from '../provider.ts'
import { labOfAnother } from './another.ts'
import { billOf } from './bill.ts'
import { gibibytes } from './disk-size.ts'
import { isDue } from './expiry.ts'
import { findHosts } from './find.ts'
import { endWords, type ForeseenCost, foreseenCost, foreseenWords } from './foreseen-cost.ts'
import { groupRules, noGroupRules } from './group-rules.ts'
import { hostEnd, noHostEnd } from './host-end.ts'
import type { HostWish } from './host-wish.ts'
import { imageToTake, pinned, pinnedImage } from './image.ts'
import { instance } from './instance.ts'
import { internetRoute } from './internet-route.ts'
import { keyPair, noKeyPair } from './key-pair.ts'
import type { Ec2Lab } from './lab.ts'
import { mine } from './lab.ts'
import { labId } from './lab-id.ts'
import { madeOtherwise } from './made-otherwise.ts'
import { networkPart, noNetworkPart } from './network-part.ts'
import { networkParts } from './network-parts.ts'
import { isPrivate } from './networks.ts'
import { noInstance } from './no-instance.ts'
import { type Ec2Parts, openLab } from './open-lab.ts'
import { ownHostKey } from './own-host-key.ts'
import { placeOf } from './place.ts'
import { groupsOf } from './ports.ts'
import { refuseTooDear } from './preflight.ts'
import { pristineInstance } from './pristine.ts'
import { refusals } from './refusals.ts'
import { whatRemains } from './remains.ts'
import { running } from './running.ts'
import { noSecurityGroup, securityGroup } from './security-group.ts'
import { isAlive } from './seen.ts'
import { spending } from './spending.ts'
import { stillThere } from './still-there.ts'

/** Hosts that AWS runs, one instance each. What of an account is the lab's is told by its tags alone. */
export function ec2Provider(context: ProviderContext, parts: Ec2Parts): Provider {
  const settings = context.lab.settings as SettingsOf<'ec2'>
  const lab = openLab(context, parts)
  const { account, layout } = lab
  const groups = groupsOf(lab.table, lab.groups)
  const wishes = context.lab.hosts.map(({ name, groups: own, size }): HostWish => {
    const { type, otherTypes = [], disk } = size as SizeOf<'ec2'>
    return {
      name,
      type,
      otherTypes,
      zones: settings.zones ?? [],
      disk: gibibytes(disk),
      groups: groups.filter(group => own.includes(group)),
      publicAddress: lab.login.jump.length === 0,
      expiry: expiryOf(settings, own, parts.keepsData ?? []),
    }
  })
  const names = wishes.map(({ name }) => name)
  const takesPart = ({ name }: HostWish): boolean => context.lab.selected.includes(name)
  const record = new ImageRecord(join(context.cacheFolder, 'ec2', 'images'))
  /** What new hosts would be made from, where that is known. */
  let newest: string | undefined
  const imageNow = (): string | undefined =>
    settings.image ?? (account.groups.last && pinned(lab, account.groups.last)) ?? newest

  /** Those that take part and that the account does not have. */
  const missingHosts = async (): Promise<readonly HostWish[]> => {
    const there = new Set((await account.instances.now()).filter(isAlive).map(({ host }) => host))
    return wishes.filter(wish => takesPart(wish) && !there.has(wish.name))
  }

  const against = (missing: readonly HostWish[]): Promise<readonly AndamioError[]> =>
    lab.once('refusals', () => refusals(lab, missing))

  /** What the whole lab costs. Throws `ec2-too-dear`. */
  const bearable = (): ForeseenCost => {
    const cost = foreseenCost(settings.region, wishes)
    refuseTooDear(cost, settings.mostPerHour, context.lab.file)
    return cost
  }

  const lastSeen = (host: string) => account.instances.last?.find(one => one.host === host && isAlive(one))

  /** Known when it is not to be set anew first. */
  const endOf = (host: string): Late<string> =>
    new Late(`end of ${host}`, () => {
      const seen = lastSeen(host)
      const wish = wishes.find(({ name }) => name === host)
      return seen && !isDue(seen.expires, seen.atEnd, wish?.expiry, lab.account.clock.now()) ? seen.expires : undefined
    })

  /** A new host knows its end from its first boot. */
  const knowsItsEnd = (host: string): boolean =>
    !lab.endMoved.has(host) && (lab.fresh.has(host) || lastSeen(host) === undefined)

  const endOn = (host: string): readonly AnyResource[] => {
    if (!settings.hours) return noHostEnd()
    return knowsItsEnd(host) ? [] : hostEnd(endOf(host))
  }

  let toldUnmet = false
  const known = knownImage({
    record,
    image: imageNow,
    fresh: lab.fresh,
    sure: (host, kind, id) => pristineInstance(host, kind, id, settings.image !== undefined),
  })

  /** Hosts that the account has, that this machine keeps something of, or that may still come. */
  const everyHost = (): readonly string[] => {
    const seen = mine(lab, account.instances.last ?? []).flatMap(one => (isAlive(one) ? one.host : []))
    const kept = [...foldersIn(layout.hosts), ...seen]
    return [...new Set([...names, ...kept.filter(host => host !== '')])]
  }
  const everyGroup = (): readonly string[] => [
    ...new Set([...groups, ...mine(lab, account.groups.last ?? []).map(({ group }) => group)]),
  ]

  return {
    name: 'ec2',
    async preflight() {
      const [first] = await against(await missingHosts())
      if (first) throw first
    },
    async foresee() {
      for (const text of letInByNobody(settings)) context.emit({ type: 'notice', level: 'warning', text })
      const missing = await missingHosts()
      const failures = (await against(missing)).map(({ failure }) => failure)
      if (missing.length === 0) return failures
      const cost = bearable()
      // Of an image that was met before the plan tells more.
      if (record.some) newest = await imageToTake(lab).catch(unlessStopped(context.signal))
      const where = failures.length === 0 ? `In ${await placeOf(lab)}, this` : 'This'
      const text = `${where} lab costs ${priceWords(cost)}`
      const data = { usdPerHour: cost.wished.hourly, usdPerHourAtMost: cost.most.hourly }
      context.emit({ type: 'notice', level: 'info', text, data })
      return failures
    },
    async spends() {
      bearable()
      return spending(lab, wishes.filter(takesPart))
    },
    place: () => placeOf(lab),
    async leavesAsIs() {
      return madeOtherwise(lab, wishes.filter(takesPart), commandFor(context.lab, 'up'))
    },
    another: () => labOfAnother(lab),
    async find() {
      const [seen] = await Promise.all([account.instances.now(), account.groups.now()])
      return findHosts(lab, names, seen)
    },
    operatorAddress: () => undefined,
    create: () => ({
      shared: [
        labId(lab),
        loginKey(lab.name, context.stateFolder),
        keyPair(lab),
        ...(lab.network.own === undefined ? [] : partsOf(lab)),
        ...groups.map(group => securityGroup(lab, group)),
        ...groups.map(group => groupRules(lab, group)),
        pinnedImage(lab),
      ],
      hosts: new Map(
        wishes.map((wish): [string, AnyResource[]] => [wish.name, [instance(lab, wish), running(lab, wish)]]),
      ),
    }),
    destroy: () => ({
      hosts: new Map(
        everyHost().map((host): [string, AnyResource[]] => [
          host,
          [noInstance(lab, host), noHostKey(host, context.stateFolder)],
        ]),
      ),
      shared: [
        ...everyGroup().map(group => noGroupRules(lab, group)),
        ...everyGroup().map(group => noSecurityGroup(lab, group)),
        ...networkParts.toReversed().map(part => noNetworkPart(lab, part)),
        noKeyPair(lab),
        noLoginKey(lab.name, context.stateFolder),
      ],
    }),
    firstLogin: host => [ownHostKey(host, layout.host(host)), ...endOn(host)],
    remains: () => whatRemains(lab),
    stillThere: () => stillThere(lab, wishes, commandFor(context.lab, 'down')),
    bill: () => billOf(account),
    ...known,
    pristine(host, kind, id) {
      const answer = known.pristine(host, kind, id)
      if (answer === undefined && !toldUnmet) context.emit({ type: 'notice', level: 'info', text: unmet })
      toldUnmet ||= answer === undefined
      return answer
    },
    estimate: () => `The lab of ${context.lab.file} costs ${priceWords(foreseenCost(settings.region, wishes))}`,
  }
}

/** What AWS does not tell now, the real run will hear. */
const unlessStopped = (signal: AbortSignal | undefined) => (error: Error) => {
  if (signal?.aborted) throw error
  return undefined
}

/** Hosts that are reached at their addresses of the internet see nobody under a private one. */
const letInByNobody = ({ jump = [], ...settings }: SettingsOf<'ec2'>): readonly string[] =>
  (['operators', 'clients'] as const).flatMap(field => {
    const network = settings[field]
    if (network === undefined || jump.length > 0 || !isPrivate(network)) return []
    return [
      `\`${field}\` under \`ec2\` is ${network}, and the hosts, which are reached by way of the internet, see nobody under ` +
        'such an address. Leave it out, or give the address under which the internet sees them; or go through `jump`.',
    ]
  })

const priceWords = (cost: ForeseenCost): string => `${foreseenWords(cost)}, ${endWords(cost)}`

/** Of what is unknown in a plan, why that is no trouble. */
const unmet =
  'No host of this image was met yet: what is told as unknown until a host exists, its first up learns, and does. From ' +
  'then on --check knows it (docs/ec2.md, "What is not proved").'

const partsOf = (lab: Ec2Lab): readonly AnyResource[] => [
  ...networkParts.map(part => networkPart(lab, part)),
  internetRoute(lab),
]

function expiryOf({ hours }: SettingsOf<'ec2'>, own: readonly string[], keepsData: readonly string[]) {
  return hours === undefined
    ? undefined
    : ({ hours, atEnd: own.some(group => keepsData.includes(group)) ? 'stop' : 'terminate' } as const)
}
