import { basename, dirname, join } from 'node:path'
import { argumentsAfter } from '../../engine/play/read-arguments.mjs'
import { quote } from '../../engine/shell/quote.ts'

/** The command that was called, fit to be copied into a shell. */
export function commandOf(name: string, argv: readonly string[]): string {
  return ['npx zx', ...[fileOf(name, argv), ...argumentsAfter(`${name}.mjs`, argv)].map(quote)].join(' ')
}

/** One of ours by its name alone, however it was found; a playbook of the user's where it is. */
function fileOf(name: string, argv: readonly string[]): string {
  const ours = join('playbooks', `${name}.mjs`)
  const called = argv.find(argument => basename(argument) === `${name}.mjs`)
  return called === undefined || basename(dirname(called)) === 'playbooks' ? ours : called
}
