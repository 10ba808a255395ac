import type { Connection } from '../connection/connection.ts'
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
  if (!answer)
    throw new AndamioError({
      code: 'no-facts',
      message: `${connection.host} did not tell what it is`,
      cause: result.stderr,
    })
  return readFacts(answer, (sent + Date.now()) / 2000)
}
