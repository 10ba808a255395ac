import type { Connection } from '../connection/connection.ts'
import { lastLines } from '../connection/failures.ts'
import { AndamioError } from '../errors.ts'
import { factsScript, readFacts } from '../resource/facts.ts'
import type { HostFacts } from '../resource/host.ts'
import { askHost } from '../resource/questions.ts'

/** What a host is, in one round trip with whatever else it is asked now. Throws `no-facts` when it does not say. */
export async function gatherFacts(connection: Connection): Promise<HostFacts> {
  const [answer] = await askHost(connection, [{ script: factsScript, timeoutSeconds: 20 }])
  if (!answer) throw noFacts(connection.host, 'it gave no whole answer', '')
  try {
    return readFacts(answer)
  } catch (error) {
    throw noFacts(connection.host, (error as Error).message, answer.stderr)
  }
}

function noFacts(host: string, cause: string, stderr: string): AndamioError {
  const lines = lastLines(stderr)
  return new AndamioError({
    code: 'no-facts',
    message: `${host} did not tell what it is`,
    place: host,
    cause,
    ...(lines.length > 0 ? { stderr: lines } : {}),
    next: `See what it prints of its own: ssh there and run sh -c 'uname -a'; nothing else may appear.`,
  })
}
