import { type Command, CommanderError } from 'commander'
import { usageError } from '../errors.ts'

/** Settings of every program here: it says nothing and ends nothing by itself. */
export function quietly(command: Command): Command {
  return command
    .helpOption('-h, --help', 'show this')
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .configureHelp({ helpWidth: 100 })
}

/**
 * Reads `argv` into a command made by `quietly`. Gives the help text when that was asked for; throws a usage error (exit
 * 64) on anything that is not known.
 */
export function parseCommand(command: Command, argv: readonly string[]): { help: string } | undefined {
  try {
    command.parse([...argv], { from: 'user' })
    return undefined
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.code === 'commander.helpDisplayed') return { help: command.helpInformation() }
    const [message = '', hint] = error.message.replace(/^error: /, '').split('\n')
    const called = command.name()
    const next = hint === undefined ? `${called} --help shows what there is` : sentence(hint)
    throw usageError({ message, place: called, next })
  }
}

/** Commander's `(Did you mean --check?)` as a next step. */
const sentence = (hint: string) => hint.replace(/^\(D/, 'd').replace(/\)$/, '')
