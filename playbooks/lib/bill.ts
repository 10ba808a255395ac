import { AndamioError } from '../../engine/errors.ts'
import type { Run } from '../../engine/play/run.ts'
import type { Step } from '../../engine/play/step.ts'
import type { Bill, BilledDisk, BilledHost } from '../../engine/provider/provider.ts'
import { counted } from '../../engine/report/text.ts'

/** What of one lab is paid for, together. */
export interface BilledLab {
  readonly lab: string
  readonly id: string
  readonly hosts: readonly string[]
  /** Of these, those that are stopped: no timer of theirs fires any more, and their disks stay. */
  readonly stopped: readonly string[]
  /** Disks that no host holds. */
  readonly leftDisks: readonly Pick<BilledDisk, 'disk' | 'gibibytes'>[]
  /** The earliest start: ISO 8601. */
  readonly since: string | null
  /** The first that ends itself: ISO 8601. */
  readonly expires: string | null
  /** Null where the price of one of them is not known. */
  readonly usdPerHour: number | null
  /** Of those whose price is known, and the types of the others. */
  readonly usdPerHourKnown: number
  readonly unpriced: readonly string[]
  /** Since the last start of each, or since a disk was made. */
  readonly usdSoFar: number | null
}

const hour = 3_600_000
const minus = (text: string | null): string => (text === null ? '-' : text.slice(0, 16).replace('T', ' '))

type Billed = BilledHost | BilledDisk

export function billByLab({ hosts, disks }: Bill, now: number): readonly BilledLab[] {
  const labs = new Map<string, Billed[]>()
  for (const one of [...hosts, ...disks]) {
    const key = `${one.lab} ${one.id}`
    labs.set(key, [...(labs.get(key) ?? []), one])
  }
  return [...labs.values()].map(members => {
    const [{ lab, id }] = members as [Billed]
    const known = sum(members.map(({ usdPerHour = 0 }) => usdPerHour))
    const priced = members.every(({ usdPerHour }) => usdPerHour !== undefined)
    const soFar = ({ since, usdPerHour = 0 }: Billed) =>
      since === undefined ? 0 : ((now - Date.parse(since)) / hour) * usdPerHour
    const first = (dates: readonly (string | undefined)[]) => dates.filter(date => date !== undefined).sort()[0] ?? null
    return {
      ...{ lab, id, hosts: hostsOf(members).map(nameOf).sort() },
      stopped: hostsOf(members).filter(isStopped).map(nameOf).sort(),
      leftDisks: members.flatMap(one => ('disk' in one ? { disk: one.disk, gibibytes: one.gibibytes } : [])),
      since: first(members.map(({ since }) => since)),
      expires: first(hostsOf(members).map(({ expires }) => expires)),
      usdPerHour: priced ? known : null,
      usdPerHourKnown: known,
      unpriced: [...new Set(hostsOf(members).flatMap(one => (one.usdPerHour === undefined ? one.type : [])))],
      usdSoFar: priced ? sum(members.map(soFar)) : null,
    }
  })
}

const hostsOf = (members: readonly Billed[]): readonly BilledHost[] =>
  members.flatMap(one => ('host' in one ? one : []))
const nameOf = ({ host }: BilledHost): string => host
const isStopped = ({ state }: BilledHost): boolean => /^stop/.test(state)

/** Nothing of it runs: no timer ends what is left, which is paid for until somebody removes it. */
const isAtRest = ({ hosts, stopped }: BilledLab): boolean => hosts.length === stopped.length

/** Past its time, and still there: its timer was taken away, or what it has stopped was never removed. */
export const isExpired = ({ expires }: BilledLab, now: number): boolean => expires !== null && Date.parse(expires) < now

/** Says what the inventory's lab would cost, also to who has no account yet. */
export const estimate = (): Step => ({
  title: 'Say what a lab would cost',
  roles: [],
  groups: [],
  offline: true,
  async perform({ provider, emit }: Run): Promise<void> {
    if (provider.estimate) emit({ type: 'notice', level: 'info', text: provider.estimate() })
  },
})

/** Says of each lab where this one's hosts are what it costs, by the hour and until now. */
export function cost(): Step {
  return step('Say what labs cost', async (run, labs) => {
    for (const lab of labs) run.emit({ type: 'notice', level: 'info', text: words(lab), data: { ...lab } })
    if (labs.length === 0) none(run)
  })
}

/** Lists labs that are past their time. Throws `labs-expired` where there is one. */
export function expired(): Step {
  return step('Look for labs past their time', async (run, labs) => {
    const over = labs.filter(lab => isExpired(lab, Date.now()))
    for (const lab of labs.filter(lab => isAtRest(lab) && !over.includes(lab)))
      run.emit({ type: 'notice', level: 'warning', text: words(lab), data: { ...lab } })
    if (over.length === 0) {
      run.emit({ type: 'notice', level: 'info', text: `No lab at ${run.provider.name} is past its time.` })
      return
    }
    throw new AndamioError({
      code: 'labs-expired',
      message: over.length === 1 ? 'A lab is past its time and still there' : `${over.length} labs are past their time`,
      place: run.provider.name,
      cause: over.map(words).join('; '),
      next: 'Remove each where it was made: npx zx playbooks/down.mjs --inventory ITS_INVENTORY',
    })
  })
}

function step(title: string, tell: (run: Run, labs: readonly BilledLab[]) => Promise<void>): Step {
  return {
    title,
    roles: [],
    groups: [],
    anyLab: true,
    async perform(run: Run): Promise<void> {
      const bill = await run.provider.bill?.()
      if (bill !== undefined) return tell(run, billByLab(bill, Date.now()))
      const text = `Nobody sends a bill for hosts of the provider ${run.provider.name}.`
      run.emit({ type: 'notice', level: 'info', text })
    },
  }
}

const none = (run: Run): void =>
  run.emit({ type: 'notice', level: 'info', text: `There is no lab at ${run.provider.name}.` })

function words(billed: BilledLab): string {
  const { lab, id, hosts, leftDisks, since, usdPerHour, usdSoFar, usdPerHourKnown, unpriced } = billed
  const price =
    usdPerHour === null || usdSoFar === null
      ? `about ${usdPerHourKnown.toFixed(2)} USD an hour besides ${unpriced.join(' and ')}, whose price is not known`
      : `about ${usdPerHour.toFixed(2)} USD an hour, ${usdSoFar.toFixed(2)} USD so far`
  const disks = leftDisks.map(({ disk, gibibytes }) => `${disk} of ${gibibytes} GiB`).join(' and ')
  const left = disks === '' ? '' : `, ${disks} that no host holds,`
  return `${lab} (${id}): ${counted(hosts.length, 'host')}${left} since ${minus(since)} UTC, ${price}, ${endWords(billed)}`
}

/** What ends it, if anything does. */
function endWords(lab: BilledLab): string {
  const { expires, stopped } = lab
  const kept =
    stopped.length === 0 ? '' : `; ${stopped.join(', ')} ${stopped.length === 1 ? 'is' : 'are'} stopped and kept`
  const time = expires === null ? '' : `has time until ${minus(expires)} UTC`
  if (isAtRest(lab)) return `${time === '' ? '' : `${time}, and `}never ends by itself${kept}`
  if (time === '') return `never ends by itself${kept}`
  return `${time}, then ends by itself${kept}`
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)
