import { AndamioError, exitCode } from '../../engine/errors.ts'
import { optionsOf } from '../../engine/play/options.ts'
import { argumentsAfter, type Read } from '../../engine/play/read-arguments.mjs'
import type { About } from './about.ts'
import type { Steps } from './steps.ts'

/**
 * Reads a playbook's inventory, then performs its steps, and sets the exit status of this process. The vocabulary that
 * `steps` receives is loaded only when there is something to perform, so that a mistyped flag is told quickly.
 */
export async function asProgram(name: string, about: About, read: Read, steps: Steps): Promise<void> {
  try {
    const options = optionsOf(name, read, about)
    const { runPlaybook } = await import('./run-playbook.ts')
    process.exitCode = await runPlaybook(name, about, options, steps)
  } catch (error) {
    if (!(error instanceof AndamioError)) throw error
    const [{ failureText }, { unbegun }] = await Promise.all([
      import('../../engine/report/failure-text.ts'),
      import('../../engine/report/json.ts'),
    ])
    // Also where the arguments themselves are what is not understood.
    if (argumentsAfter(`${name}.mjs`).includes('--json')) process.stdout.write(unbegun(error.exit, error.failure))
    process.stderr.write(failureText(error.failure, process.stderr, process.env))
    process.exitCode = error.exit
  }
  // Sockets that a library keeps open must not hold the process when everything has been told.
  if (process.exitCode !== exitCode.done) process.stdout.write('', () => process.exit())
}
