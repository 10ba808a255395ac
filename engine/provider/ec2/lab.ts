import type { SshEndpoint } from '../../connection/connection.ts'
import type { Emit } from '../../report/events.ts'
import { unknown } from '../../resource/resource.ts'
import type { LabLayout } from '../lab/layout.ts'
import type { Account } from './account.ts'
import type { Journal } from './journal.ts'
import type { Login } from './login.ts'
import type { OpenPort } from './ports.ts'
import type { Networks } from './rules.ts'
import type { Marked } from './seen.ts'
import { idTag, labTag, type Tags } from './tags.ts'

/** A lab on EC2, for the resources that it is made of. */
export interface Ec2Lab {
  readonly name: string
  readonly account: Account
  readonly journal: Journal
  readonly layout: LabLayout
  readonly emit: Emit
  readonly signal?: AbortSignal | undefined
  readonly table: readonly OpenPort[]
  /** Hosts by group. */
  readonly groups: ReadonlyMap<string, readonly string[]>
  networks(): Promise<Networks>
  /** Asked of AWS once a run, by whomever first. */
  once<T>(what: string, ask: () => Promise<T>): Promise<T>
  readonly network: NetworkWish
  /** Id of the network that the hosts are in. */
  vpc(): Promise<string>
  /** Hosts that were made in this run: nobody has changed them before. */
  readonly fresh: Set<string>
  /** Hosts whose end was set anew in this run: what they know of it themselves is no longer so. */
  readonly endMoved: Set<string>
  /** An id that the inventory gives instead of the newest image. */
  readonly image?: string | undefined
  readonly login: Login
  readonly hostKeys: 'delivered' | 'console'
  /** Waits for the first answer of a host's SSH server; false after its limit. */
  answers(host: string, endpoint: SshEndpoint, limitSeconds: number, signal?: AbortSignal): Promise<boolean>
}

export interface NetworkWish {
  readonly vpc?: string | undefined
  readonly subnet?: string | undefined
  /** One that is made for the lab, and its only subnet: IPv4, such as 10.60.0.0/24. */
  readonly own?: string | undefined
  /** Where that subnet is to be; undefined: AWS chooses. */
  readonly zone?: string | undefined
}

/** The marks of everything that is made for a lab. Its id is there before anything else is. */
export function marks({ name, journal }: Pick<Ec2Lab, 'name' | 'journal'>, more: Tags = {}): Tags {
  const { id } = journal
  if (id === undefined) throw new Error(`lab ${name} has no id yet`)
  return { Name: ['andamio', name].join('-'), ...more, [labTag]: name, [idTag]: id }
}

/** How names begin that must be one of a kind in an account. */
export const prefix = ({ name, journal }: Pick<Ec2Lab, 'name' | 'journal'>): string => `andamio-${name}-${journal.id}`

/** Why what was found is not ours to touch: another lab of this name, or what somebody has given our name by hand. */
export function foreign(
  { name, journal, account }: Pick<Ec2Lab, 'name' | 'journal' | 'account'>,
  things: readonly Marked[],
): string | undefined {
  const other = things.find(({ lab }) => lab === undefined || lab !== journal.id)
  if (!other) return undefined
  if (other.lab === undefined)
    return (
      `${other.id} in ${account.region} carries the tag ${labTag}=${name} and no ${idTag}, so no lab has made it; ` +
      `if it is not to go with this lab, take the tag ${labTag} off it, else remove it by hand`
    )
  const ours = journal.id === undefined ? 'this machine knows no lab of this name' : `ours is ${journal.id}`
  return `the account has another lab ${name} in ${account.region}: ${other.id} belongs to lab id ${other.lab}, and ${ours}`
}

/** Throws where what was found is another lab's: resources then answer `unknown`, and nothing is done. */
export function ours<T extends Marked>(
  lab: Pick<Ec2Lab, 'name' | 'journal' | 'account'>,
  things: readonly T[],
): readonly T[] {
  const why = foreign(lab, things)
  if (why !== undefined) throw new Error(why)
  return things
}

/** Those of this very lab, by their id: all that is ever removed. What only carries its name stays. */
export const mine = <T extends Marked>(
  { journal: { id } }: Pick<Ec2Lab, 'journal'>,
  things: readonly T[],
): readonly T[] => (id === undefined ? [] : things.filter(({ lab }) => lab === id))

export const notKnown = (error: unknown) => unknown((error as Error).message)
