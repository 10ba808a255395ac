import type { Command } from 'commander'
import { AndamioError, exitCode } from '../engine/errors.ts'
import { fileTrouble } from '../engine/play/file-trouble.ts'
import { readArguments } from '../engine/play/read-arguments.mjs'
import { teaching } from '../engine/play/teaching.mjs'
import { understood } from '../engine/play/understood.ts'
import { failureText } from '../engine/report/failure-text.ts'

/**
 * Reads a script's arguments and does its work: nothing is done when they ask for help or are not understood. Gives its
 * exit status; what went wrong is told as playbooks tell it.
 */
export async function asProgram(
  command: Command,
  about: Parameters<typeof teaching>[1],
  args: readonly string[],
  work: () => Promise<number>,
): Promise<number> {
  try {
    const read = readArguments(command, args)
    if ('help' in read) {
      process.stdout.write(read.help + teaching(command.name(), about))
      return exitCode.done
    }
    understood(read, command.name())
    return await work()
  } catch (thrown) {
    const error = fileTrouble(thrown) ?? thrown
    if (!(error instanceof AndamioError)) throw error
    process.stderr.write(failureText(error.failure, process.stderr, process.env))
    return error.exit
  }
}
