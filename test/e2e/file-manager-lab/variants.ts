import { variants } from '../../../roles/file-manager/variants.ts'
import { equal, figure, holds, say } from '../proof.ts'
import { untilTrue } from './kills.ts'
import type { Stage } from './stage.ts'
import { User } from './user.ts'

const kinds = 'deployments,replicasets,pods,services,endpointslices,secrets,configmaps,poddisruptionbudgets,pvc,pv'
const shared = [
  'Deployment/broker-deployment',
  'Deployment/server-deployment',
  'PodDisruptionBudget/server',
  'Secret/file-manager-broker',
  'Secret/file-manager-server',
  'Service/broker-service',
  'Service/server-service',
]
const own: Readonly<Record<string, readonly string[]>> = {
  basic: [],
  advanced1: ['PersistentVolume/local-pv', 'PersistentVolumeClaim/local-pvc'],
  advanced2: ['PersistentVolume/nfs-pv', 'PersistentVolumeClaim/nfs-pvc'],
}
/** What holds data stays, so that the way back finds it. */
const holdsData = /^PersistentVolume(Claim)?\//

/** From one variant to the next and back: what each leaves, and what a further `up` still changes. */
export async function switchVariants(stage: Stage, scratch: string, order: readonly string[]): Promise<void> {
  const [node = ''] = await stage.workers()
  const user = await User.start(stage, `variants-${process.pid}`, node, scratch)
  const { name, ok, why } = await user.upload(1000)
  holds(ok, `a file is uploaded before: ${why}`)
  await user.end()
  for (const variant of order) {
    await stage.choose(variant)
    await stage.up()
    const pods = variants[variant]?.replicas ?? 0
    await untilTrue('the pods of the former variant to be gone', 120, async () => {
      return (await stage.objects('pods --selector app=server')).length === pods
    })
    const left = await leftovers(stage, variant)
    for (const each of left) say(`  left: ${each}`)
    figure(`what a lab has that ${variant} does not want`, left.length, { atMost: 0 }, 'objects')
    const changed = await stage.changes()
    for (const each of changed) say(`  changed: ${each}`)
    figure(`changes of the up after a switch to ${variant}`, changed.length, { atMost: 0 }, 'changes')
    equal((await stage.verify()).exit, 0, `exit status of verify on ${variant}`)
  }
  equal((await stage.stored(name)).slice(0, 64), user.kept.get(name), 'the file after all variants')
  await stage.remove(name)
}

/** Objects of the file manager, by who owns them, that the variant has no use for; and any that are missing. */
async function leftovers(stage: Stage, variant: string): Promise<readonly string[]> {
  const owned = await stage.objects(`${kinds} -A --selector andamio.dev/owned-by=${stage.lab.name}.file-manager`)
  const wanted = new Set([...shared, ...(own[variant] ?? [])])
  const there = owned.map(({ kind, metadata }) => `${kind}/${metadata.name}`)
  const missing = [...wanted].filter(each => !there.includes(each))
  equal(missing, [], `what ${variant} wants and is not there`)
  const volumes = await stage.objects('pods --selector app=server')
  holds(volumes.length === variants[variant]?.replicas, `there are as many servers as ${variant} has`)
  // The cluster gives a Service's labels to the slices that it makes of it.
  const made = new Set(
    owned
      .filter(({ metadata }) => metadata.ownerReferences?.some(({ kind, name }) => wanted.has(`${kind}/${name}`)))
      .map(({ kind, metadata }) => `${kind}/${metadata.name}`),
  )
  return there.filter(each => !wanted.has(each) && !made.has(each) && !holdsData.test(each))
}
