import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { AndamioError } from '../../engine/errors.ts'
import { RegistryClient } from '../../kube/registry/client.ts'
import type { StepWork } from '../step.ts'

const limitSeconds = 30
/** A large layer is read again and summed before the last answer, on a disk that may be busy. */
const silenceSeconds = 300

/**
 * Runs a registry over `store` for as long as `use` takes, at a socket file that nobody else can reach. The kernel ends
 * it with this process, and it holds no lock: a killed build leaves neither a server nor a wait for one.
 */
export async function withRegistry<T>(
  work: StepWork,
  program: string,
  store: string,
  use: (client: RegistryClient) => Promise<T>,
): Promise<T> {
  // mkdtemp is 0700, and short: a socket's path ends at 107 characters.
  const folder = await mkdtemp(join(tmpdir(), 'andamio-registry-'))
  const [socket, settings] = [join(folder, 's'), join(folder, 'config.json')]
  // YAML reads JSON.
  await writeFile(
    settings,
    JSON.stringify({
      version: '0.1',
      log: { level: 'error' },
      storage: { filesystem: { rootdirectory: store } },
      http: { net: 'unix', addr: socket, secret: 'one process, one session' },
    }),
  )
  const registry = spawn('setpriv', ['--pdeathsig', 'KILL', program, 'serve', settings], { stdio: 'ignore' })
  const ended = new Promise<void>(resolve => registry.once('close', () => resolve()))
  const client = new RegistryClient({ socket, signal: work.signal, silenceSeconds })
  try {
    const end = Date.now() + limitSeconds * 1000
    while (!(await client.answers())) {
      if (registry.exitCode !== null || Date.now() > end) throw notStarted(program)
      await pause(50, undefined, { signal: work.signal })
    }
    return await use(client)
  } finally {
    client.close()
    registry.kill('SIGKILL')
    await ended
    await rm(folder, { recursive: true, force: true })
  }
}

function notStarted(program: string): AndamioError {
  return new AndamioError({
    code: 'mirror-step-failed',
    message: `The registry that is to hold the images did not answer within ${limitSeconds} s`,
    place: program,
    next: `See why with: ${program} --version`,
  })
}
