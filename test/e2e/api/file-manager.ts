import { ask } from '../../../engine/resource/ask.ts'
import { type AnyResource, present } from '../../../engine/resource/resource.ts'
import { Secret } from '../../../engine/shell/secret.ts'
import type { AnyObject, KubeObject } from '../../../kube/api/objects.ts'
import { showRef } from '../../../kube/api/objects.ts'
import { ownerLabel } from '../../../kube/manifest/ownership.ts'
import type { FileManagerIdentity } from '../../../roles/file-manager/identity.ts'
import { facts } from '../../../roles/file-manager/role.ts'
import { variants } from '../../../roles/file-manager/variants.ts'
import { manifests } from '../../../roles/manifests/role.ts'
import { resourcesOf } from '../../../roles/role-fixture.ts'
import { equal, holds, prove } from '../proof.ts'
import { play, refusal, session } from './stage.ts'

const identity = (clientToken: string): FileManagerIdentity => ({
  certificate: 'CERTIFICATE',
  key: new Secret('KEY'),
  ca: 'CA',
  clientToken: new Secret(clientToken),
  serverToken: new Secret('token of servers'),
})

/** As the role has them, but for what waits: there are no controllers here. */
const resources = (variant: string, clientToken = 'token of clients'): readonly AnyResource[] =>
  resourcesOf(manifests, {
    host: 'cluster',
    vars: { folders: [] },
    others: { 'file-manager': { variant } },
    facts: { [facts.identity]: identity(clientToken) },
  }).filter(({ kind }) => kind !== 'manifest-ready')

const kinds = [
  ...[
    ['v1', 'Secret'],
    ['v1', 'Service'],
    ['v1', 'PersistentVolume'],
    ['v1', 'PersistentVolumeClaim'],
  ],
  ...[
    ['apps/v1', 'Deployment'],
    ['policy/v1', 'PodDisruptionBudget'],
  ],
] as const

async function ours(): Promise<readonly string[]> {
  const where = { labelSelector: `${ownerLabel}=demo.file-manager` }
  const found = await Promise.all(
    kinds.map(([apiVersion = '', kind = '']) => session.reader.list({ apiVersion, kind }, where)),
  )
  return found
    .flat()
    .map(({ kind, metadata }) => showRef({ kind, name: metadata.name }))
    .sort()
}

const programs = ['Deployment broker-deployment', 'Deployment server-deployment', 'PodDisruptionBudget server']
const entries = [
  'Secret file-manager-broker',
  'Secret file-manager-server',
  'Service broker-service',
  'Service server-service',
]
const volume = (name: string) => [`PersistentVolume ${name}-pv`, `PersistentVolumeClaim ${name}-pvc`]

/** The file manager's manifests, in all variants. */
export async function fileManager(): Promise<void> {
  await prove(
    'each variant of the file manager is taken, follows another, and leaves nothing behind but data',
    async () => {
      const data = new Set<string>()
      for (const variant of ['advanced2', 'basic', 'advanced1', 'advanced2']) {
        const [own = ''] = variants[variant]?.claim?.split('-') ?? []
        await play(resources(variant))
        equal(await play(resources(variant)), [], `changes of the second ${variant}`)
        for (const name of own ? volume(own) : []) data.add(name)
        equal(await ours(), [...programs, ...entries, ...data].sort(), `objects of ${variant}`)
      }
    },
  )

  await prove(
    'Pod Security `restricted` takes the pods of every variant, and would refuse them with a right more',
    async () => {
      const metadata = { name: 'restricted', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } }
      await session.writer.create({ apiVersion: 'v1', kind: 'Namespace', metadata })
      for (const variant of Object.keys(variants)) {
        await play(resources(variant))
        for (const name of ['broker-deployment', 'server-deployment']) {
          const pod = await podOf(name)
          await session.reader.dryRun(pod)
          const refused = await refusal(
            session.reader.dryRun({ ...pod, spec: { ...(pod.spec as object), hostNetwork: true } }),
          )
          holds(
            `${refused.failure.cause} ${refused.message}`.includes('restricted'),
            `${name} of ${variant} is refused`,
          )
        }
      }
    },
  )

  await prove('a token that changes shows as a hash, and reaches the cluster', async () => {
    await play(resources('advanced2'))
    const changed = resources('advanced2', 'another token of clients')
    const answers = await ask(changed, { session: async () => present(session) })
    const nothing = { change: () => false }
    const told = changed.map(one => {
      const is = answers.get(one)
      return is && is.is !== 'unknown' ? [one.diff(is, nothing), one.texts?.(is)] : []
    })
    const text = JSON.stringify(told)
    holds(text.includes('data.client-token'), 'it is told')
    for (const secret of ['another token of clients', 'token of servers', 'KEY'])
      holds(!text.includes(secret) && !text.includes(btoa(secret)), `${secret} is not in what is told`)
    equal((await play(changed)).length, 2, 'objects that change')
    const { data } = (await session.reader.get({
      apiVersion: 'v1',
      kind: 'Secret',
      name: 'file-manager-server',
    })) as KubeObject & {
      readonly data: Readonly<Record<string, string>>
    }
    equal(atob(data['client-token'] ?? ''), 'another token of clients', 'the token')
  })

  await prove('a lab that is to have none keeps its data alone', async () => {
    await play(resources('none'))
    equal(await ours(), [...volume('local'), ...volume('nfs')].sort(), 'objects')
    equal(await play(resources('none')), [], 'changes of the second time')
  })
}

/** A pod as the Deployment would make it, in the namespace that is strict. */
async function podOf(name: string): Promise<AnyObject> {
  const deployment = await session.reader.get({ apiVersion: 'apps/v1', kind: 'Deployment', name })
  const { template } = (deployment?.spec ?? {}) as unknown as { template: { spec: AnyObject['spec'] } }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'restricted' },
    spec: template.spec,
  } as AnyObject
}
