import type { Connection } from '../../engine/connection/connection.ts'
import type { Options } from '../../engine/play/options.ts'
import type { RunParts } from '../../engine/play/run.ts'
import type { ProviderContext } from '../../engine/provider/provider.ts'

const patienceSeconds = 30

/** Opens connections by SSH, telling of every further try, and asks for a key's passphrase once a run. */
export function connector({ emit }: ProviderContext, options: Options): RunParts['connect'] {
  return async (host, { endpoint }): Promise<Connection> => {
    const { connectSsh } = await import('../../engine/connection/ssh.ts')
    return connectSsh(host, endpoint, {
      keys: await keyRing(),
      acceptNewHostKeys: options.acceptNewHostKeys,
      patienceSeconds,
      onRetry: detail =>
        emit({ type: 'wait', host, what: 'its sshd', detail, limitSeconds: patienceSeconds, seconds: 0 }),
    })
  }
}

let ring: Promise<import('../../engine/connection/ssh-keys.ts').KeyRing> | undefined

function keyRing(): Promise<import('../../engine/connection/ssh-keys.ts').KeyRing> {
  ring ??= import('../../engine/connection/ssh-keys.ts').then(({ KeyRing }) => new KeyRing())
  return ring
}
