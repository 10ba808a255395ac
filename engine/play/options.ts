import { Option } from 'commander'
import { usageError } from '../errors.ts'
import { calledAs } from '../inventory/called-as.mjs'
import { defaultInventory } from '../inventory/command-for.ts'
import type { OptionsFor } from './options-for.ts'
import type { Read } from './read-arguments.mjs'
import { understood } from './understood.ts'

export interface Options {
  readonly playbook: string
  /** Name or path. */
  readonly inventory: string
  readonly limit?: string
  /** Over the inventory's own. */
  readonly source?: 'mirror' | 'upstream'
  readonly check: boolean
  /** Where check mode's plan goes. */
  readonly out?: string
  /** A plan to be carried out as it is. */
  readonly plan?: string
  readonly diff: boolean
  readonly yes: boolean
  readonly forks: number
  readonly acceptNewHostKeys: boolean
  readonly takeOver: readonly string[]
  readonly pruneData: boolean
  readonly verbose: boolean
  readonly json: boolean
  readonly junit?: string
  readonly html?: string
  readonly profile: boolean
  readonly execLog?: string
  /** Positional arguments, by the names that the playbook declared. */
  readonly args: Readonly<Record<string, string>>
  /** What follows them, where the playbook declared that something may. */
  readonly rest: readonly string[]
  /** The playbook's own flags, by their names in camel case. */
  readonly extra: Readonly<Record<string, string | boolean>>
  /** Of these, what was given to those that take a value. */
  readonly values: Readonly<Record<string, string>>
}

const DEFAULT_FORKS = 10

/**
 * What `readOptions` has read, as options. Throws a usage error (exit 64) on anything that is not known, before anything is
 * connected to: a mistyped `--check` must never become a live run.
 */
export function optionsOf(playbook: string, read: Read, about: OptionsFor): Options {
  const { values, args } = understood(read, calledAs(playbook))
  const own = new Set((about.extraOptions ?? []).map(({ flags }) => new Option(flags).attributeName()))
  const extra = Object.entries(values).filter(([name]) => own.has(name)) as [string, string | boolean][]
  const shared = Object.fromEntries(Object.entries(values).filter(([name]) => !own.has(name)))
  refuseContradictions(shared)
  return {
    inventory: defaultInventory,
    check: false,
    diff: false,
    yes: false,
    forks: DEFAULT_FORKS,
    acceptNewHostKeys: false,
    takeOver: [],
    pruneData: false,
    verbose: false,
    json: false,
    profile: false,
    // Shared flags have the names of our fields, and the types that `readOptions` gives their values.
    ...(shared as Partial<Options>),
    playbook,
    args: Object.fromEntries((about.args ?? []).map(({ name }, i) => [name, args[i] ?? ''])),
    rest: args.slice(about.args?.length ?? 0),
    extra: Object.fromEntries(extra),
    values: Object.fromEntries(extra.filter((each): each is [string, string] => typeof each[1] === 'string')),
  }
}

/** What a plan says itself. */
const plannedBefore = ['inventory', 'limit', 'source', 'takeOver', 'pruneData', 'check', 'out', 'diff'] as const

function refuseContradictions(given: Readonly<Record<string, unknown>>): void {
  if (given.pruneData && given.limit !== undefined) {
    throw usageError({
      message: '--prune-data and --limit exclude each other',
      cause: 'pruning compares everything that is wanted with everything that is there, and a limit hides a part',
      next: 'leave out one of the two',
    })
  }
  const twice = given.plan === undefined ? undefined : plannedBefore.find(name => given[name] !== undefined)
  if (twice !== undefined) {
    const flag = `--${twice.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
    throw usageError({
      message: `--plan and ${flag} exclude each other`,
      cause: 'a plan is of one inventory and of what was asked when it was made, and is carried out as it is',
      next: `leave out ${flag}, or make another plan with --check --out`,
    })
  }
  if (given.out !== undefined && given.check !== true && given.plan === undefined)
    throw usageError({ message: '--out goes with --check', next: 'add --check: only that makes a plan' })
}
