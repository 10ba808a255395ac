// @ts-check
// Plain JavaScript: see read-arguments.mjs.
import { Command, InvalidArgumentError, Option } from 'commander'
import { calledAs } from '../inventory/called-as.mjs'
import { sharedFlags } from './option-list.mjs'
import { quietly, readArguments } from './read-arguments.mjs'
import { teaching } from './teaching.mjs'

/** @import { SharedFlag } from './option-list.mjs' */
/** @import { OptionsFor } from './options-for.ts' */
/** @import { Read } from './read-arguments.mjs' */

/**
 * Reads what follows a playbook's file name.
 * @param {string} playbook
 * @param {readonly string[]} argv
 * @param {OptionsFor} about
 * @returns {Read}
 */
export function readOptions(playbook, argv, about) {
  const called = calledAs(playbook)
  const read = readArguments(commandFor(called, about), argv)
  return 'help' in read ? { help: read.help + teaching(called, about) } : read
}

/**
 * @param {string} called
 * @param {OptionsFor} about
 */
function commandFor(called, { summary, uses, extraOptions, args, rest }) {
  const command = quietly(new Command(called).description(summary))
  for (const { name, help, required = true } of args ?? []) command.argument(required ? `<${name}>` : `[${name}]`, help)
  if (rest) command.argument(`[${rest.name}...]`, rest.help)
  for (const { flags, help } of extraOptions ?? []) command.addOption(valued(new Option(flags, help)))
  for (const name of uses ?? /** @type {SharedFlag[]} */ (Object.keys(sharedFlags))) command.addOption(optionFor(name))
  return command
}

/** @param {SharedFlag} name */
function optionFor(name) {
  const { flags, help } = sharedFlags[name]
  const option = valued(new Option(flags, name === 'inventory' ? `${help} (default: local)` : help))
  if (name === 'source') option.choices(['mirror', 'upstream'])
  if (name === 'limit')
    option.argParser((value, /** @type {string | undefined} */ before) =>
      [before, notEmpty(value)].filter(Boolean).join(','),
    )
  if (name === 'takeOver')
    option.argParser((value, /** @type {string[] | undefined} */ before) => [...(before ?? []), notEmpty(value)])
  if (name === 'forks') option.argParser(forks)
  return option
}

/** @param {Option} option */
const valued = option => (option.required ? option.argParser(notEmpty) : option)

/**
 * `--limit --check` is a forgotten value, and `--html ''` an unset variable of somebody's shell script.
 * @param {string} value
 */
function notEmpty(value) {
  if (value.trim() === '') throw new InvalidArgumentError('It is empty.')
  if (value.startsWith('-')) throw new InvalidArgumentError('That is another flag: a value is missing before it.')
  return value
}

/** @param {string} value */
function forks(value) {
  const number = Number(value)
  if (!/^\d{1,3}$/.test(value) || number < 1) throw new InvalidArgumentError('It takes a whole number from 1 to 999.')
  return number
}
