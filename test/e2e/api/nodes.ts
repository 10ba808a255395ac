import type { Secret } from '../../../engine/shell/secret.ts'
import type { AnyObject, ObjectRef } from '../../../kube/api/objects.ts'
import { labLabel } from '../../../kube/kubeadm/paths.ts'
import { withJoinToken } from '../../../kube/kubeadm/token.ts'
import { removeNode } from '../../../kube/nodes/drain.ts'
import { onlyNodes, strayNodes } from '../../../kube/nodes/only-nodes.ts'
import { equal, holds, prove } from '../proof.ts'

import { play, refusal, session, setStatus } from './stage.ts'

/** Strays, draining, join tokens. */
export async function nodes(): Promise<void> {
  const node = (name: string, labels: object) =>
    ({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels } }) as AnyObject
  const pod = (name: string, on: string) =>
    ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace: 'app', name, labels: { app: 'held' } },
      spec: { nodeName: on, containers: [{ name: 'main', image: 'main' }] },
    }) as unknown as AnyObject
  const worker2: ObjectRef = { apiVersion: 'v1', kind: 'Node', name: 'worker2' }
  const podRef = (name: string): ObjectRef => ({ apiVersion: 'v1', kind: 'Pod', namespace: 'app', name })

  await prove('only nodes that the lab made and no longer lists are strays', async () => {
    await session.writer.create(node('worker1', { [labLabel]: 'lab' }))
    await session.writer.create(node('worker2', { [labLabel]: 'lab' }))
    await session.writer.create(node('theirs', {}))
    equal(await strayNodes(session.reader, 'lab', ['worker1']), ['worker2'], 'strays')
  })

  await prove('a PodDisruptionBudget holds a drain, and is named', async () => {
    await session.writer.create(pod('one', 'worker2'))
    const ready = { conditions: [{ type: 'Ready', status: 'True' }] }
    await setStatus(podRef('one'), { ...ready, phase: 'Running' })
    await setStatus(worker2, ready)
    await session.writer.create({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { namespace: 'app', name: 'held' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'held' } } },
    } as unknown as AnyObject)
    const held = await refusal(removeNode(session.writer, 'worker2', 3))
    holds(/one is held by its PodDisruptionBudget/.test(held.failure.cause ?? ''), `${held.failure.cause}`)
    const kept = (await session.reader.get(worker2)) as { spec?: { unschedulable?: boolean } } | undefined
    equal(kept?.spec?.unschedulable, true, 'cordoned')
    await session.writer.delete({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      namespace: 'app',
      name: 'held',
    })
  })

  await prove('a worker that is not listed leaves: its pods are evicted, the node is deleted', async () => {
    // No kubelet is here to let the pod go; of a node that is not ready the cluster drops it.
    await setStatus(worker2, { conditions: [{ type: 'Ready', status: 'False' }] })
    equal(await play([onlyNodes('lab', ['worker1'], 10)]), ['only-nodes lab: worker2'], 'what went')
    equal(await session.reader.get(worker2), undefined, 'the node')
    const evicted = await session.reader.get(podRef('one'))
    holds(evicted === undefined || evicted.metadata.deletionTimestamp !== undefined, 'its pod was told to go')
  })

  await prove('a join token lives as long as its join', async () => {
    let token: Secret | undefined
    const secrets = { apiVersion: 'v1', kind: 'Secret' }
    const tokens = async () =>
      (await session.reader.list(secrets, { namespace: 'kube-system' })).filter(({ metadata }) =>
        metadata.name.startsWith('bootstrap-token-'),
      )
    const failing = withJoinToken(session.writer, 'worker1', async made => {
      token = made
      equal((await tokens()).length, 1, 'tokens meanwhile')
      throw new Error('the join fails')
    })
    equal(await failing.catch((error: Error) => error.message), 'the join fails', 'what is thrown on')
    holds(/^[a-z0-9]{6}\.[a-z0-9]{16}$/.test(token?.reveal() ?? ''), 'the token has its form')
    equal((await tokens()).length, 0, 'tokens afterwards')
  })
}
