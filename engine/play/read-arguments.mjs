// @ts-check
// Plain JavaScript, for it stands before TypeScript is loaded, which on Node 20 takes longer than all else that `--help` does.
import { CommanderError } from 'commander'

/** @import { Command } from 'commander' */

/** Nobody reads lines longer than this with ease. */
const widest = 100

/**
 * What stands on a command line: a question for help, something that is not understood, or values.
 * @typedef {{ help: string } | { refused: string, next: string } | { values: Record<string, unknown>, args: string[] }} Read
 */

/**
 * Settings of every program here: it says nothing and ends nothing by itself.
 * @param {Command} command
 */
export function quietly(command) {
  return command
    .helpOption('-h, --help', 'show this')
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .configureHelp({ helpWidth: helpWidth(), minWidthToWrap: 10 })
}

/** Columns that a program's help may fill. */
export const helpWidth = () => Math.min(process.stdout.columns ?? widest, widest)

/**
 * Reads `argv` by a command made by `quietly`.
 * @param {Command} command
 * @param {readonly string[]} argv
 * @returns {Read}
 */
export function readArguments(command, argv) {
  try {
    command.parse([...argv], { from: 'user' })
    return { values: command.opts(), args: command.args }
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.code === 'commander.helpDisplayed') return { help: command.helpInformation() }
    const [refused = '', hint] = error.message.replace(/^error: /, '').split('\n')
    return { refused, next: hint === undefined ? `${command.name()} --help shows what there is` : sentence(hint) }
  }
}

/**
 * What follows a program's own file, whether zx or node runs it.
 * @param {string} file how its path ends
 * @param {readonly string[]} argv
 */
export const argumentsAfter = (file, argv = process.argv) =>
  argv.slice(argv.findIndex(argument => argument.endsWith(file)) + 1)

/**
 * Commander's `(Did you mean --check?)` as a next step.
 * @param {string} hint
 */
const sentence = hint => hint.replace(/^\(D/, 'd').replace(/\)$/, '')
