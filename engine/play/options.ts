import { Command, InvalidArgumentError, Option } from 'commander'
import { usageError } from '../errors.ts'
import { exitCodeHelp, type Flag, type SharedFlag, sharedFlags } from './option-list.ts'
import { parseCommand, quietly } from './parse-command.ts'

export interface Options {
  readonly playbook: string
  /** Name or path. */
  readonly inventory: string
  readonly limit?: string
  /** Over the inventory's own. */
  readonly source?: 'mirror' | 'upstream'
  readonly check: boolean
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
  /** The playbook's own flags, by their names in camel case. */
  readonly extra: Readonly<Record<string, string | boolean>>
}

export interface OptionsFor {
  /** One sentence: what the playbook does. */
  readonly summary: string
  /** The shared flags that mean something here; all of them by default. */
  readonly uses?: readonly SharedFlag[]
  /** Flags of this playbook alone. */
  readonly extraOptions?: readonly Flag[]
  /** Positional arguments, in order; without these, any is refused. */
  readonly args?: readonly { readonly name: string; readonly help: string; readonly required?: boolean }[]
  /** Lines below `Examples:`, without the program's name: `--check  what would change`. */
  readonly examples?: readonly string[]
}

const DEFAULT_FORKS = 10

/**
 * `argv` is what follows the playbook's file name. Throws a usage error (exit 64) on anything that is not known, before
 * anything is connected to: a mistyped `--check` must never become a live run. Gives the help text when asked for it.
 */
export function parseOptions(playbook: string, argv: readonly string[], about: OptionsFor): Options | { help: string } {
  const called = `npx zx playbooks/${playbook}.mjs`
  const command = commandFor(called, about)
  const asked = parseCommand(command, argv)
  if (asked) return { help: asked.help + teaching(called, about) }
  const given = command.opts<Partial<Omit<Options, 'args' | 'extra'>> & Record<string, string | boolean>>()
  refuseContradictions(given)
  const own = new Set((about.extraOptions ?? []).map(({ flags }) => new Option(flags).attributeName()))
  return {
    inventory: 'local',
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
    ...Object.fromEntries(Object.entries(given).filter(([name]) => !own.has(name))),
    playbook,
    args: Object.fromEntries((about.args ?? []).map(({ name }, i) => [name, command.args[i] ?? ''])),
    extra: Object.fromEntries(Object.entries(given).filter(([name]) => own.has(name))) as Options['extra'],
  }
}

function commandFor(called: string, { summary, uses, extraOptions, args }: OptionsFor): Command {
  const command = quietly(new Command(called).description(summary))
  for (const { name, help, required = true } of args ?? []) command.argument(required ? `<${name}>` : `[${name}]`, help)
  for (const { flags, help } of extraOptions ?? []) command.option(flags, help)
  for (const name of uses ?? (Object.keys(sharedFlags) as SharedFlag[])) command.addOption(optionFor(name))
  return command
}

function optionFor(name: SharedFlag): Option {
  const { flags, help } = sharedFlags[name]
  const option = new Option(flags, name === 'inventory' ? `${help} (default: local)` : help)
  if (option.required) option.argParser<string | readonly string[]>(notEmpty)
  if (name === 'source') option.choices(['mirror', 'upstream'])
  if (name === 'limit')
    option.argParser((value: string, before?: string) => [before, notEmpty(value)].filter(Boolean).join(','))
  if (name === 'takeOver')
    option.argParser((value: string, before: readonly string[] = []) => [...before, notEmpty(value)])
  if (name === 'forks') option.argParser(forks)
  return option
}

/** `--limit --check` is a forgotten value, and `--html ''` an unset variable of somebody's shell script. */
function notEmpty(value: string): string {
  if (value.trim() === '') throw new InvalidArgumentError('It is empty.')
  if (value.startsWith('-')) throw new InvalidArgumentError('That is another flag: a value is missing before it.')
  return value
}

function forks(value: string): number {
  const number = Number(value)
  if (!/^\d{1,3}$/.test(value) || number < 1) throw new InvalidArgumentError('It takes a whole number from 1 to 999.')
  return number
}

function refuseContradictions(given: { pruneData?: unknown; limit?: unknown }): void {
  if (!given.pruneData || given.limit === undefined) return
  throw usageError({
    message: '--prune-data and --limit exclude each other',
    cause: 'pruning compares everything that is wanted with everything that is there, and a limit hides a part',
    next: 'leave out one of the two',
  })
}

function teaching(called: string, { examples }: OptionsFor): string {
  const lines = (examples ?? []).map(example => `  ${called} ${example}`)
  return `${examples ? `\nExamples:\n${lines.join('\n')}\n` : ''}\n${exitCodeHelp}\n`
}
