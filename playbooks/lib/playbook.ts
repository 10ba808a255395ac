import { AndamioError, type ExitCode, exitCode } from '../../engine/errors.ts'
import { optionsOf } from '../../engine/play/options.ts'
import { argumentsAfter, type Read } from '../../engine/play/read-arguments.mjs'
import type { About } from './about.ts'
import type { ProgramSurroundings } from './run-playbook.ts'
import type { Steps } from './steps.ts'

/** Performs a playbook and sets the exit status of this process. */
export async function asProgram(name: string, about: About, read: Read, steps: Steps): Promise<void> {
  process.exitCode = await statusOf(name, about, read, steps, process)
  // Sockets that a library keeps open must not hold the process when everything has been told.
  if (process.exitCode !== exitCode.done) process.stdout.write('', () => process.exit())
}

/**
 * Reads a playbook's inventory, then performs its steps, and gives the exit status. The vocabulary that `steps` receives
 * is loaded only when there is something to perform, so that a mistyped flag is told quickly.
 */
export async function statusOf(
  name: string,
  about: About,
  read: Read,
  steps: Steps,
  surroundings: ProgramSurroundings,
): Promise<ExitCode> {
  try {
    const options = optionsOf(name, read, about)
    const { runPlaybook } = await import('./run-playbook.ts')
    return await runPlaybook(name, about, options, steps, surroundings)
  } catch (error) {
    if (!(error instanceof AndamioError)) throw error
    const [{ failureText }, { unbegun }] = await Promise.all([
      import('../../engine/report/failure-text.ts'),
      import('../../engine/report/json.ts'),
    ])
    const { argv, stdout, stderr, env } = surroundings
    // Also where the arguments themselves are what is not understood.
    if (argumentsAfter(`${name}.mjs`, argv).includes('--json')) stdout.write(unbegun(error.exit, error.failure))
    stderr.write(failureText(error.failure, stderr, env))
    return error.exit
  }
}
