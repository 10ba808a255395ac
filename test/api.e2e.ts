/**
 * kube/ against a real kube-apiserver and etcd on loopback: apply, diff, drift, refusals, readiness, prune, tokens,
 * draining, a control plane that is not well, a restart of the API, changed credentials. Needs the mirror's programs; `npm run e2e:api`.
 */
import { setFlagsFromString } from 'node:v8'
import { controlPlaneOf } from './e2e/api/control-plane.ts'
import { fileManager } from './e2e/api/file-manager.ts'
import { manifests } from './e2e/api/manifests.ts'
import { nodes } from './e2e/api/nodes.ts'
import { own } from './e2e/api/own-manifests.ts'
import { pruning } from './e2e/api/pruning.ts'
import { begin, end, session } from './e2e/api/stage.ts'
import { trouble } from './e2e/api/trouble.ts'
import { figure, proof, prove } from './e2e/proof.ts'

// With the small heap that playbooks have, or the figure of memory would be that of a heap with much room.
setFlagsFromString('--optimize-for-size')

await proof(
  'kube/ against a real API server',
  async () => {
    await begin()
    await prove('the API server comes up', () =>
      session.writer.until('the API', 60, async () => (await session.reader.readiness()).ready || 'it is not ready'),
    )
    await manifests()
    await pruning()
    await nodes()
    await controlPlaneOf()
    await own()
    await fileManager()
    await trouble()
    figure('memory', process.memoryUsage().rss / 1e6, { atMost: 150 }, 'MB')
  },
  end,
)
