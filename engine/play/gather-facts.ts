import type { Connection } from '../connection/connection.ts'
import { lastLines } from '../connection/failures.ts'
import { AndamioError } from '../errors.ts'
import { compose } from '../resource/batch.ts'
import { factsScript, readFacts } from '../resource/facts.ts'
import type { HostFacts } from '../resource/host.ts'

/** What a host is, in one round trip. Throws `no-facts` when it does not say. */
export async function gatherFacts(connection: Connection): Promise<HostFacts> {
  const batch = compose([{ script: factsScript, timeoutSeconds: 20 }], false)
  const sent = Date.now()
  const result = await connection.exec('sh -s', { stdin: batch.script, timeoutSeconds: batch.timeoutSeconds })
  const [answer] = batch.parse(result.stdout, result.stderr)
  if (!answer) throw noFacts(connection.host, 'it gave no answer', result.stderr)
  try {
    return readFacts(answer, (sent + Date.now()) / 2000)
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
