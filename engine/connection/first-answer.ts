import { once } from 'node:events'
import { createConnection } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { unlessAborted } from './unless-aborted.ts'

/** One try: whether an SSH server says who it is at this address within `limitMs`. */
export async function sshAnswers(address: string, port: number, limitMs: number): Promise<boolean> {
  const socket = createConnection({ host: address, port })
  const signal = AbortSignal.timeout(limitMs)
  try {
    const closed = once(socket, 'close', { signal }).then(() => [])
    const [first] = (await Promise.race([once(socket, 'data', { signal }), closed])) as [Buffer?]
    return first?.toString('latin1').startsWith('SSH-') ?? false
  } catch {
    // Refused, unreachable, closed, silent: no answer yet.
    return false
  } finally {
    socket.destroy()
  }
}

export interface AnswerWait {
  readonly address: string
  readonly port: number
  readonly limitSeconds: number
  /** Asked between tries; throws to give up early. */
  stillHope(): Promise<void>
  readonly signal?: AbortSignal | undefined
}

/** Waits for the first answer of an SSH server. False when the limit has passed. */
export async function waitForSsh(wait: AnswerWait): Promise<boolean> {
  const { address, port, limitSeconds, stillHope, signal } = wait
  const deadline = performance.now() + limitSeconds * 1000
  while (performance.now() < deadline) {
    if (await unlessAborted(signal, sshAnswers(address, port, 2000), () => undefined)) return true
    await stillHope()
    await pause(100)
  }
  return false
}
