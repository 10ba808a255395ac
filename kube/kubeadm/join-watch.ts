import { setTimeout as sleep } from 'node:timers/promises'
import { AndamioError } from '../../engine/errors.ts'
import type { ConfigMap } from '../api/objects.ts'
import type { ClusterReader } from '../api/reader.ts'
import { controlPlaneTrouble } from '../nodes/control-plane.ts'

/**
 * What a join is waiting for that its own host cannot tell: a control plane that is not well, or its token, which the
 * cluster has not signed yet. Undefined where it is neither. Throws what the reader throws.
 */
export async function joinTrouble(reader: ClusterReader, tokenId: string): Promise<string | undefined> {
  const [trouble, info] = await Promise.all([
    controlPlaneTrouble(reader),
    reader.get<ConfigMap>({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kube-public', name: 'cluster-info' }),
  ])
  const signed = info?.data?.[`jws-kubeconfig-${tokenId}`] !== undefined
  const unsigned = signed ? undefined : 'its token is not signed in kube-public/cluster-info yet'
  return [trouble, unsigned].filter(Boolean).join('; ') || undefined
}

export interface Watch {
  /** What the work hangs on, if anything. */
  look(): Promise<string | undefined>
  /** Told whenever that moves on. */
  tell(trouble: string | undefined): void
  readonly everySeconds?: number
}

/** `work`, with somebody looking on. Where it fails, its error says too what was wrong beside it. */
export async function watched<T>(work: Promise<T>, { look, tell, everySeconds = 5 }: Watch): Promise<T> {
  const over = new AbortController()
  let seen: string | undefined
  const watching = async (): Promise<void> => {
    for (;;) {
      await sleep(everySeconds * 1000, undefined, { signal: over.signal })
      // What looks on must not be what the work fails of.
      const trouble = await look().catch(() => undefined)
      if (trouble !== seen && !over.signal.aborted) tell(trouble)
      seen = trouble
    }
  }
  watching().catch(() => undefined) // it ends by being told that it is over
  try {
    return await work
  } catch (error) {
    if (!(error instanceof AndamioError) || seen === undefined) throw error
    const cause = [error.failure.cause, seen].filter(Boolean).join('; ')
    throw new AndamioError({ ...error.failure, cause }, error.exit, { cause: error })
  } finally {
    over.abort()
  }
}
