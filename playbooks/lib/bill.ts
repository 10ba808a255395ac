import { AndamioError } from '../../engine/errors.ts'
import type { Run } from '../../engine/play/run.ts'
import type { Step } from '../../engine/play/step.ts'
import type { Bill, BilledDisk, BilledHost } from '../../engine/provider/provider.ts'

/** What of one lab is paid for, together. */
export interface BilledLab {
  readonly lab: string
  readonly id: string
  readonly hosts: readonly string[]
  /** Disks that no host holds. */
  readonly leftDisks: readonly Pick<BilledDisk, 'disk' | 'gibibytes'>[]
  /** The earliest start: ISO 8601. */
  readonly since: string | null
  /** The first that ends itself: ISO 8601. */
  readonly expires: string | null
  /** Null where the price of one of them is not known. */
  readonly usdPerHour: number | null
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
    const priced = members.every(({ usdPerHour }) => usdPerHour !== undefined)
    const soFar = ({ since, usdPerHour = 0 }: Billed) =>
      since === undefined ? 0 : ((now - Date.parse(since)) / hour) * usdPerHour
    const first = (dates: readonly (string | undefined)[]) => dates.filter(date => date !== undefined).sort()[0] ?? null
    return {
      ...{ lab, id, hosts: members.flatMap(one => ('host' in one ? one.host : [])).sort() },
      leftDisks: members.flatMap(one => ('disk' in one ? { disk: one.disk, gibibytes: one.gibibytes } : [])),
      since: first(members.map(({ since }) => since)),
      expires: first(members.map(one => ('host' in one ? one.expires : undefined))),
      usdPerHour: priced ? sum(members.map(({ usdPerHour = 0 }) => usdPerHour)) : null,
      usdSoFar: priced ? sum(members.map(soFar)) : null,
    }
  })
}

/** Past its time, and still there: its timer has not come to be, or what it has stopped was never removed. */
export const isExpired = ({ expires }: BilledLab, now: number): boolean => expires !== null && Date.parse(expires) < now

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

function words({ lab, id, hosts, leftDisks, since, expires, usdPerHour, usdSoFar }: BilledLab): string {
  const price =
    usdPerHour === null || usdSoFar === null
      ? 'a type without a known price'
      : `about ${usdPerHour.toFixed(2)} USD an hour, ${usdSoFar.toFixed(2)} USD so far`
  const end = expires === null ? 'never ends by itself' : `ends at ${minus(expires)} UTC`
  const disks = leftDisks.map(({ disk, gibibytes }) => `${disk} of ${gibibytes} GiB`).join(' and ')
  const left = disks === '' ? '' : `, ${disks} that no host holds,`
  return `${lab} (${id}): ${hosts.length} hosts${left} since ${minus(since)} UTC, ${price}, ${end}`
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)
