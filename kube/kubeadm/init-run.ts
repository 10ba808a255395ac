import { AndamioError } from '../../engine/errors.ts'
import type { HostWriter } from '../../engine/resource/host.ts'
import { initScript } from './init-scripts.ts'
import type { NodePaths } from './paths.ts'
import { toldRun } from './told-run.ts'

const limitSeconds = 1500

/**
 * Runs `kubeadm init`, and once more where the API went away under it: on a host with more to do than it can, its
 * server may be restarted after it has answered, and the second run finishes what the first one began.
 */
export async function runInit(on: HostWriter, paths: NodePaths, config: string): Promise<void> {
  const init = async (again?: string): Promise<void> => {
    const what = 'kubeadm init'
    const { onStderrLine } = toldRun(on, what, limitSeconds, again)
    await on.run(initScript(paths), { what, stdin: config, timeoutSeconds: limitSeconds, onStderrLine })
  }
  try {
    await init()
  } catch (error) {
    if (!(error instanceof AndamioError) || !lostApi(error.failure.stderr)) throw error
    await init('once more: the API went away in the middle')
  }
}

/** What kubeadm's own client says when a server that had answered does not any more. */
const lostApi = (stderr: readonly string[] = []): boolean =>
  /:6443.*(connection refused|connection reset|EOF|TLS handshake timeout|deadline exceeded)|etcdserver: (request timed out|leader changed)/.test(
    stderr.join(' '),
  )
