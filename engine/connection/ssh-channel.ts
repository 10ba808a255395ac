import type { ClientChannel } from 'ssh2'
import type { Running } from './running-command.ts'
import type { SshLink } from './ssh-link.ts'

/** Nothing came back when the session was asked for: said so that the caller can ask its clock. */
const noSession = new Error('no session within the time left')

/** Starts a command in a session of its own. Rejects when none is opened within `milliseconds`. */
export async function startOn(link: SshLink, command: string, milliseconds: number): Promise<Running> {
  const opening = link.open(command, channel => runningOn(channel, link))
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(noSession), milliseconds)
  })
  try {
    return await Promise.race([opening, limit])
  } catch (error) {
    opening.then(running => running.abandon(), ignore)
    throw error
  } finally {
    clearTimeout(timer)
  }
}

/** The limit on sessions of one connection (MaxSessions), or one that has not noticed yet that ours has ended. */
export const isRefusedSession = (error: unknown): boolean =>
  error === noSession || (error instanceof Error && error.message.startsWith('(SSH) Channel open failure'))

function runningOn(channel: ClientChannel, link: SshLink): Running {
  channel.on('error', ignore)
  const ended = endOf(channel, link)
  ended.catch(ignore) // a session that came too late is attended by nobody
  return {
    stdin: channel,
    stdout: channel,
    stderr: channel.stderr,
    ended,
    terminate: ignore, // the host does, by its own clock
    abandon: () => channel.close(),
  }
}

function endOf(channel: ClientChannel, link: SshLink): Running['ended'] {
  return link.untilLost((resolve, reject) => {
    let end: Awaited<Running['ended']> | undefined
    channel.on('exit', (code: number | null, signal?: string) => {
      end = { code, ...(signal ? { signal: signal.replace(/^SIG/, '') } : {}) }
    })
    // A close without an exit is a session that was taken away: its command gave no answer.
    channel.on('close', () => (end ? resolve(end) : reject(link.broken('its session ended without a status'))))
  })
}

const ignore = (): void => undefined
