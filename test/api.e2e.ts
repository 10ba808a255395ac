/**
 * kube/ against a real kube-apiserver and etcd on loopback: apply, diff, drift, refusals, readiness, prune, tokens,
 * draining, a restart of the API, changed credentials. Needs the mirror's programs; `npm run e2e:api`.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AndamioError } from '../engine/errors.ts'
import { ask } from '../engine/resource/ask.ts'
import { convergeList } from '../engine/resource/converge-list.ts'
import { Late } from '../engine/resource/late.ts'
import type { ApiSession, Reach } from '../engine/resource/probe.ts'
import { type AnyResource, present } from '../engine/resource/resource.ts'
import type { Secret } from '../engine/shell/secret.ts'
import { cluster } from '../kube/api/cluster.ts'
import type { AnyObject, ObjectRef } from '../kube/api/objects.ts'
import type { ClusterReader } from '../kube/api/reader.ts'
import type { ClusterWriter } from '../kube/api/writer.ts'
import { labLabel } from '../kube/kubeadm/paths.ts'
import { withJoinToken } from '../kube/kubeadm/token.ts'
import { manifestsOf } from '../kube/manifest/folders.ts'
import { pruned } from '../kube/manifest/prune.ts'
import { removeNode } from '../kube/nodes/drain.ts'
import { onlyNodes, strayNodes } from '../kube/nodes/only-nodes.ts'
import { podSubnet } from '../kube/pod-network.ts'
import { images } from '../kube/versions.ts'
import { equal, figure, holds, proof, prove } from './e2e/proof.ts'
import { type ControlPlane, startControlPlane } from './real-control-plane.ts'

const root = mkdtempSync(join(tmpdir(), 'andamio-manifests-'))
const waits: string[] = []
let controlPlane: ControlPlane
let session: ApiSession<ClusterReader, ClusterWriter>
let address: string | undefined

const reach = (adminConf: () => string): Reach => ({
  lab: 'lab',
  stateFolder: root,
  hostsOf: () => ['cp'],
  addressOf: () => '127.0.0.1',
  readOn: async () => present(adminConf()),
  tunnelTo: () => undefined,
  mayWrite: async () => undefined,
  waiting: (_, what, __, detail) => waits.push(`${what}: ${detail}`),
  signal: new AbortController().signal,
})

async function open(adminConf: () => string): Promise<ApiSession<ClusterReader, ClusterWriter>> {
  const answer = await cluster.open(reach(adminConf))
  holds(answer.is === 'present', 'the cluster is there')
  return answer.state
}

function write(name: string, ...objects: readonly object[]): void {
  mkdirSync(join(root, 'app'), { recursive: true })
  writeFileSync(join(root, 'app', name), objects.map(object => JSON.stringify(object, null, 2)).join('\n---\n'))
}

const data = { address: new Late('address of nfs', () => address) }
const list = (keepData = true): readonly AnyResource[] => {
  const { resources, refs } = manifestsOf({ lab: 'lab', folders: ['app'], data, readyLimitSeconds: 4, root })
  return [...resources, pruned({ lab: 'lab', elsewhere: ['flannel'], keep: refs, data: !keepData })]
}

/** Converges as a play does; gives `kind id: attribute` of every change. */
async function play(resources: readonly AnyResource[], check = false): Promise<readonly string[]> {
  const seen: string[] = []
  await convergeList(
    resources,
    {
      check,
      ask: some => ask(some, { session: async () => present(session) }),
      writerFor: async () => session.writer,
      changed: new Set(),
    },
    {
      starts: () => undefined,
      ends: ({ kind, id }, { changes }) => seen.push(...changes.map(change => `${kind} ${id}: ${change.attribute}`)),
    },
  )
  return seen
}

async function refusal(of: Promise<unknown>): Promise<AndamioError> {
  try {
    await of
  } catch (error) {
    if (error instanceof AndamioError) return error
    throw error
  }
  throw new Error('it was not refused')
}

const settings: ObjectRef = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'app', name: 'settings' }
const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'app' } }
const configMap = (values: object) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'app', name: 'settings' },
  data: values,
})
const volume = {
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'shared' },
  spec: {
    capacity: { storage: '1Gi' },
    accessModes: ['ReadWriteMany'],
    nfs: { server: '<%= it.address %>', path: '/srv' },
  },
}
const web: ObjectRef = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'app', name: 'web' }
const deployment = (image: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: 'app', name: 'web' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } },
  },
})

/** What the controllers would write, were they here. */
async function setStatus(ref: ObjectRef, status: object): Promise<void> {
  const { generation } = (await session.reader.get(ref))?.metadata ?? {}
  await session.writer.patch(ref, { status: { observedGeneration: generation ?? 1, ...status } }, 'status')
}

async function manifests(): Promise<void> {
  write('10-namespace.yaml', namespace)
  write('20-settings.yaml', configMap({ colour: 'blue', server: '<%= it.address %>' }))

  await prove('check names every object before its values are known', async () => {
    equal(
      await play(list(), true),
      [
        'manifest Namespace app: object',
        'manifest-ready app/10-namespace.yaml: Namespace app',
        'manifest ConfigMap app/settings: object',
      ],
      'what would change',
    )
    equal(await session.reader.get(settings), undefined, 'the object that check made')
  })

  await prove('up applies them, and a second time nothing', async () => {
    address = '10.0.0.20'
    const changed = await play(list())
    equal(changed.length, 3, 'changes')
    const found = await session.reader.get(settings)
    equal(found?.data, { colour: 'blue', server: '10.0.0.20' }, 'what the file says')
    equal(found?.metadata.labels, { 'andamio.dev/owned-by': 'lab.app' }, 'whose it is')
    const before = session.roundTrips()
    equal(await play(list()), [], 'changes of the second time')
    figure('round trips of a converged play', session.roundTrips() - before, { atMost: 1 }, 'round trips')
  })

  await prove('what others changed, and what the file no longer says, is named and mended', async () => {
    await session.writer.patch(settings, { data: { colour: 'red' } })
    write('20-settings.yaml', configMap({ colour: 'blue', size: '3' }))
    const differs = [
      'manifest ConfigMap app/settings: data.colour',
      'manifest ConfigMap app/settings: data.server',
      'manifest ConfigMap app/settings: data.size',
    ]
    equal([...(await play(list(), true))].sort(), differs, 'what would change')
    equal([...(await play(list()))].sort(), differs, 'what changed')
    equal((await session.reader.get(settings))?.data, { colour: 'blue', size: '3' }, 'the result')
  })

  await prove("an object that is somebody else's is refused, and an invalid one, in check mode too", async () => {
    await session.writer.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'app', name: 'theirs' },
      data: {},
    })
    write('21-theirs.yaml', { ...configMap({}), metadata: { namespace: 'app', name: 'theirs' } })
    equal((await refusal(play(list(), true))).failure.code, 'manifest-not-ours', 'the code')
    write('21-theirs.yaml', { ...configMap({}), metadata: { namespace: 'app', name: 'wrong' }, dada: {} })
    const invalid = await refusal(play(list(), true))
    equal(invalid.failure.code, 'manifest-refused', 'the code')
    holds(/dada/.test(invalid.failure.cause ?? ''), `the field is named: ${invalid.failure.cause}`)
    rmSync(join(root, 'app', '21-theirs.yaml'))
  })

  await prove('readiness is waited for, and what is missing is said', async () => {
    write('30-web.yaml', deployment('web:1'))
    const late = await refusal(play(list()))
    equal(late.failure.code, 'wait-timeout', 'the code')
    holds(
      /Deployment app\/web: its controller has not seen it yet/.test(late.failure.cause ?? ''),
      `${late.failure.cause}`,
    )
    const available = { replicas: 2, updatedReplicas: 2, availableReplicas: 2, readyReplicas: 2 }
    const waiting = play(list())
    await setStatus(web, { ...available, availableReplicas: 1 })
    await session.writer.until(
      'the wait to tell',
      5,
      async () => waits.some(wait => wait.includes('1 of 2 available')) || 'it is silent',
    )
    await setStatus(web, available)
    equal(await waiting, ['manifest-ready app/30-web.yaml: Deployment app/web'], 'what changed')
  })

  await prove('an immutable field is refused by name', async () => {
    const moved = deployment('web:1')
    write('30-web.yaml', {
      ...moved,
      spec: {
        ...moved.spec,
        selector: { matchLabels: { app: 'other' } },
        template: { ...moved.spec.template, metadata: { labels: { app: 'other' } } },
      },
    })
    holds(/immutable/.test((await refusal(play(list(), true))).failure.cause ?? ''), 'it says immutable')
    write('30-web.yaml', deployment('web:2'))
    equal(
      await play(list(), true),
      [
        'manifest Deployment app/web: spec.template.spec.containers[web].image',
        'manifest-ready app/30-web.yaml: Deployment app/web',
      ],
      'a lawful change',
    )
    write('30-web.yaml', deployment('web:1'))
  })
}

async function own(): Promise<void> {
  await prove("the project's own manifests are taken as they stand, and a second time nothing changes", async () => {
    const { resources } = manifestsOf({
      lab: 'lab',
      folders: ['flannel', 'probe'],
      data: {
        ...{ images, podSubnet, apiAddress: '10.0.0.10', workers: 3 },
        ...{ image: (name: string) => name, storage: { address: '10.0.0.20', path: '/srv' } },
      },
    })
    equal((await play(resources)).length, resources.length, 'objects')
    equal(await play(resources), [], 'changes of the second time')
  })
}

async function pruning(): Promise<void> {
  await prove('a kind of our own goes before its objects, and both are found again', async () => {
    const names = { plural: 'lamps', singular: 'lamp', kind: 'Lamp' }
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
    write('40-kind.yaml', {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'lamps.andamio.dev' },
      spec: {
        group: 'andamio.dev',
        scope: 'Namespaced',
        names,
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    })
    write('41-lamp.yaml', {
      apiVersion: 'andamio.dev/v1',
      kind: 'Lamp',
      metadata: { namespace: 'app', name: 'hall' },
      on: true,
    })
    await play(list())
    equal(await play(list()), [], 'changes of the second time')
  })

  await prove('what no file names any more goes, but nothing that holds data', async () => {
    write('50-volume.yaml', volume)
    const volumeRef: ObjectRef = { apiVersion: 'v1', kind: 'PersistentVolume', name: 'shared' }
    const applying = play(list())
    await session.writer.until(
      'the volume',
      5,
      async () => (await session.reader.get(volumeRef)) !== undefined || 'it is not there',
    )
    await setStatus(volumeRef, { phase: 'Available', observedGeneration: undefined })
    await applying
    for (const name of ['20-settings.yaml', '41-lamp.yaml', '50-volume.yaml']) rmSync(join(root, 'app', name))
    equal(
      [...(await play(list()))].sort(),
      ['manifests-pruned lab: ConfigMap app/settings', 'manifests-pruned lab: Lamp app/hall'],
      'what went',
    )
    holds((await session.reader.get(volumeRef)) !== undefined, 'the volume is there')
    holds((await session.reader.get({ ...settings, name: 'theirs' })) !== undefined, "what is somebody else's is there")
    const going = play(list(false))
    equal(
      await Promise.race([
        going,
        session.writer
          .until('its finalizer', 20, async () => {
            await session.writer.patch(volumeRef, { metadata: { finalizers: null } }).catch(() => undefined)
            return (await session.reader.get(volumeRef)) === undefined || 'it is there'
          })
          .then(() => going),
      ]),
      ['manifests-pruned lab: PersistentVolume shared'],
      'what went when asked',
    )
  })
}

async function nodes(): Promise<void> {
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

async function trouble(): Promise<void> {
  await prove('reads wait out a restart of the API server', async () => {
    const restarted = controlPlane.restartApi()
    await session.writer.until(
      'the API after its restart',
      60,
      async () => (await session.reader.readiness()).ready || 'it is not ready',
    )
    await restarted
    holds((await session.reader.get(namespaceRef)) !== undefined, 'what it kept is there')
  })

  await prove('changed credentials are read anew, a wrong authority is never talked to', async () => {
    const other = await startControlPlane('other')
    try {
      let reads = 0
      const renewed = await open(() =>
        ++reads === 1 ? other.adminConf.replace(/server: .*/, serverLine()) : controlPlane.adminConf,
      )
      holds((await renewed.reader.get(namespaceRef)) !== undefined, 'it answers in the end')
      equal(reads, 2, 'reads of admin.conf')
      await renewed.close()
      const wrong = await open(() => other.adminConf.replace(/server: .*/, serverLine()))
      equal((await refusal(wrong.reader.get(namespaceRef))).failure.code, 'cluster-unreachable', 'the code')
      await wrong.close()
    } finally {
      await other.stop()
    }
  })

  await prove('an API that is gone is unknown, not absent', async () => {
    await controlPlane.stopApi()
    const [resource] = list()
    holds(resource !== undefined, 'there is a resource')
    const answers = await ask([resource], { session: async () => present(session) })
    equal(answers.get(resource)?.is, 'unknown', 'the answer')
  })
}

const namespaceRef: ObjectRef = { apiVersion: 'v1', kind: 'Namespace', name: 'app' }
const serverLine = (): string => controlPlane.adminConf.match(/server: .*/)?.[0] ?? ''

await proof(
  'kube/ against a real API server',
  async () => {
    controlPlane = await startControlPlane('lab')
    session = await open(() => controlPlane.adminConf)
    await prove('the API server comes up', () =>
      session.writer.until('the API', 60, async () => (await session.reader.readiness()).ready || 'it is not ready'),
    )
    await manifests()
    await pruning()
    await nodes()
    await own()
    await trouble()
    figure('memory', process.memoryUsage().rss / 1e6, { atMost: 150 }, 'MB')
  },
  async () => {
    await session?.close()
    await controlPlane?.stop()
    rmSync(root, { recursive: true })
  },
)
