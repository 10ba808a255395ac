import { join } from 'node:path'
import { argumentsAfter } from '../../engine/play/read-arguments.mjs'
import { quote } from '../../engine/shell/quote.ts'

/** The command that was called, fit to be copied into a shell. */
export function commandOf(name: string, argv: readonly string[]): string {
  return ['npx zx', join('playbooks', `${name}.mjs`), ...argumentsAfter(`${name}.mjs`, argv).map(quote)].join(' ')
}
