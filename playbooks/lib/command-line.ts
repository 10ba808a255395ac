import { join } from 'node:path'
import { quote } from '../../engine/shell/quote.ts'

/** What follows the playbook's own file, whether zx or node runs it. */
export function argumentsOf(name: string, argv: readonly string[] = process.argv): readonly string[] {
  const at = argv.findIndex(argument => argument.endsWith(`${name}.mjs`))
  return argv.slice(at + 1)
}

/** The command that was called, fit to be copied into a shell. */
export function commandOf(name: string, argv: readonly string[] = process.argv): string {
  return ['npx zx', join('playbooks', `${name}.mjs`), ...argumentsOf(name, argv).map(quote)].join(' ')
}
