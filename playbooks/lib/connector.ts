import type { Connection } from '../../engine/connection/connection.ts'
import { askPassphrase } from '../../engine/play/ask-passphrase.ts'
import type { Options } from '../../engine/play/options.ts'
import type { RunParts } from '../../engine/play/run-parts.ts'
import type { ProviderContext } from '../../engine/provider/provider.ts'

/** Lays something around a connection. */
export type Wrap = (connection: Connection) => Connection

export interface ConnectorParts {
  readonly options: Options
  /** How long a host is tried that refuses or is silent. */
  readonly patienceSeconds: number
  /** Writes down every command. */
  readonly logged: Wrap
  readonly signal: AbortSignal
}

/**
 * Opens connections by SSH, telling of every further try. Hosts share their keys: a passphrase is asked for once. In check
 * mode a gate stands in front of each.
 */
export function connector({ emit }: ProviderContext, parts: ConnectorParts): RunParts['connect'] {
  const { options, patienceSeconds, logged, signal } = parts
  const loading = lazily(async () => {
    const [{ connectSsh }, { reconnecting }, { KeyRing }, { ReadOnlyConnection }] = await Promise.all([
      import('../../engine/connection/ssh.ts'),
      import('../../engine/connection/reconnect.ts'),
      import('../../engine/connection/ssh-keys.ts'),
      import('../../engine/connection/read-only.ts'),
    ])
    const gated = (connection: Connection) => (options.check ? new ReadOnlyConnection(connection) : connection)
    return {
      connectSsh,
      reconnecting,
      keys: new KeyRing(file => askPassphrase(file, signal)),
      wrap: (connection: Connection) => gated(logged(connection)),
    }
  })
  return async (host, { endpoint }): Promise<Connection> => {
    const { connectSsh, reconnecting, keys, wrap } = await loading()
    const connect = () =>
      connectSsh(host, endpoint, {
        keys,
        acceptNewHostKeys: options.acceptNewHostKeys,
        patienceSeconds,
        signal,
        onRetry: detail =>
          emit({ type: 'wait', host, what: 'its sshd', detail, limitSeconds: patienceSeconds, seconds: 0 }),
      })
    return wrap(await reconnecting(connect))
  }
}

/** Once, when first asked for: a look at a lab that is not there needs no SSH. */
function lazily<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined
  return () => {
    loaded ??= load()
    return loaded
  }
}
