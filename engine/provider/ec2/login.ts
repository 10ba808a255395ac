import type { SshEndpoint } from '../../connection/connection.ts'
import { waitForSsh } from '../../connection/first-answer.ts'
import { connectSsh } from '../../connection/ssh.ts'
import { SshConfig } from '../../connection/ssh-config.ts'
import { endpointOf } from '../../connection/ssh-config-endpoint.ts'
import { readJump } from '../../connection/ssh-jump.ts'
import { AndamioError } from '../../errors.ts'

export interface Login {
  readonly user: string
  /** Hosts to go through, outermost first; then hosts are reached at their private addresses. */
  readonly jump: readonly SshEndpoint[]
}

/** Who logs in to the lab's hosts. Those on the way are logged in to as ssh would, by its own files and keys. */
export function loginOf(user: string, jump: readonly string[] = []): Login {
  if (jump.length === 0) return { user, jump: [] }
  // The inventory has checked their form.
  const hops = jump.map(text => readJump(text) ?? { address: text })
  return { user, jump: endpointOf({ host: 'a host of the lab', user, jump: hops }, new SshConfig(), user).jump }
}

/** Waits for the first answer of a host's SSH server, past those on the way. False when the limit has passed. */
export async function answers(
  host: string,
  endpoint: SshEndpoint,
  limitSeconds: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { address, port, jump } = endpoint
  if (jump.length === 0) return waitForSsh({ address, port, limitSeconds, stillHope: async () => undefined, signal })
  try {
    const options = { patienceSeconds: limitSeconds, ...(signal ? { signal } : {}) }
    await (await connectSsh(host, endpoint, options)).close()
    return true
  } catch (error) {
    if (error instanceof AndamioError && error.failure.code === 'unreachable') return false
    throw error
  }
}
