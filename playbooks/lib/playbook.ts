import { AndamioError, exitCode } from '../../engine/errors.ts'
import { type Options, parseOptions } from '../../engine/play/options.ts'
import type { Step } from '../../engine/play/step.ts'
import type { About } from './about.ts'
import { argumentsOf } from './command-line.ts'
import type * as Vocabulary from './vocabulary.ts'

/**
 * Runs a playbook as a program: reads its arguments, then its inventory, then performs its steps. The vocabulary that
 * `steps` receives is loaded only when there is something to perform, so that `--help` and a mistyped flag are quick.
 */
export async function playbook(
  name: string,
  about: About,
  steps: (words: typeof Vocabulary, options: Options) => readonly Step[],
): Promise<void> {
  try {
    const options = parseOptions(name, argumentsOf(name), about)
    if ('help' in options) {
      process.stdout.write(options.help)
      return
    }
    const { runPlaybook } = await import('./run-playbook.ts')
    process.exitCode = await runPlaybook(name, about, options, steps)
  } catch (error) {
    if (!(error instanceof AndamioError)) throw error
    const { failureText } = await import('../../engine/report/failure-text.ts')
    process.stderr.write(failureText(error.failure, process.stderr, process.env))
    process.exitCode = error.exit
  }
  // Sockets that a library keeps open must not hold the process when everything has been told.
  if (process.exitCode !== exitCode.done) process.stdout.write('', () => process.exit())
}
