import { setTimeout } from 'node:timers/promises'
import { AndamioError, type ExitCode, exitCode } from '../../engine/errors.ts'
import type { Run } from '../../engine/play/run.ts'
import { cluster } from '../../kube/api/cluster.ts'
import type { Node, Pod } from '../../kube/api/objects.ts'

export interface Seen {
  readonly nodes: readonly Node[]
  readonly pods: readonly Pod[]
}

/** `exit` where that is a failure, and no state of a lab that is not built or not started. */
export interface Unseen {
  readonly why: string
  readonly exit?: ExitCode
}

/** Who looks at a lab does not wait as long as who builds it. */
const limitSeconds = 20

/** Nodes and pods, or why they are not to be seen; never throws for a cluster that does not answer. */
export async function seeCluster(run: Run): Promise<Seen | Unseen> {
  const late = { why: `The cluster gave no answer within ${limitSeconds} s.`, exit: exitCode.unreachable }
  const clock = new AbortController()
  try {
    return await Promise.race([read(run), setTimeout(limitSeconds * 1000, late, { signal: clock.signal })])
  } catch (error) {
    if (!(error instanceof AndamioError)) throw error
    const { message, cause } = error.failure
    return { why: cause ? `${message}: ${cause}` : message, exit: error.exit }
  } finally {
    clock.abort()
  }
}

async function read(run: Run): Promise<Seen | Unseen> {
  const session = await run.api(cluster)
  if (session.is === 'absent') return { why: 'There is no cluster.' }
  // Also a control plane that is stopped is a state to be shown.
  if (session.is === 'unknown') return { why: `The cluster is not known: ${session.why}.` }
  const { reader } = session.state
  const [nodes, pods] = await Promise.all([
    reader.list<Node>({ apiVersion: 'v1', kind: 'Node' }),
    reader.list<Pod>({ apiVersion: 'v1', kind: 'Pod' }),
  ])
  return { nodes, pods }
}
