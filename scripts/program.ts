import type { Command } from 'commander'
import { AndamioError, exitCode } from '../engine/errors.ts'
import { parseCommand } from '../engine/play/parse-command.ts'
import { failureText } from '../engine/report/failure-text.ts'

/**
 * Reads a script's arguments and does its work: nothing is done when they ask for help or are not understood. Gives its
 * exit status; what went wrong is told as playbooks tell it.
 */
export async function asProgram(
  command: Command,
  args: readonly string[],
  work: () => Promise<number>,
): Promise<number> {
  try {
    const asked = parseCommand(command, args)
    if (!asked) return await work()
    process.stdout.write(asked.help)
    return exitCode.done
  } catch (error) {
    if (!(error instanceof AndamioError)) throw error
    process.stderr.write(failureText(error.failure, process.stderr, process.env))
    return error.exit
  }
}

/** What follows the script's own file, whether zx or node runs it. */
export const argumentsAfter = (file: string): readonly string[] =>
  process.argv.slice(process.argv.findIndex(argument => argument.endsWith(file)) + 1)
