import type { AnyObject, ObjectRef } from '../../../kube/api/objects.ts'
import { joinTrouble } from '../../../kube/kubeadm/join-watch.ts'
import { controlPlaneTrouble } from '../../../kube/nodes/control-plane.ts'
import { equal, prove } from '../proof.ts'
import { refusal, session, setStatus, waits } from './stage.ts'

const ref = (component: string): ObjectRef => ({
  apiVersion: 'v1',
  kind: 'Pod',
  namespace: 'kube-system',
  name: `${component}-cp`,
})

async function put(component: string, ready: boolean, containers: object): Promise<void> {
  const { name, namespace } = ref(component)
  if (!(await session.reader.get(ref(component))))
    await session.writer.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace, name, labels: { component, tier: 'control-plane' } },
      spec: { nodeName: 'cp', containers: [{ name: component, image: component }] },
    } as unknown as AnyObject)
  await setStatus(ref(component), {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    containerStatuses: [{ name: component, image: component, imageID: '', ready, restartCount: 0, ...containers }],
  })
}

/** What a wait says when nothing comes of what the cluster is to do, and who should do it is not well. */
export async function controlPlaneOf(): Promise<void> {
  const clusterInfo = { name: 'cluster-info', namespace: 'kube-public' }
  const sign = (data: object) =>
    session.writer.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: clusterInfo, data } as unknown as AnyObject)

  await prove('a wait names a controller-manager that crash-loops, before what is missing', async () => {
    await put('kube-scheduler', true, {})
    await put('kube-controller-manager', false, {
      restartCount: 4,
      state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s restarting failed container' } },
    })
    const cause =
      'kube-controller-manager on cp is in CrashLoopBackOff (4 restarts); its controller has not seen it yet'
    const failed = await refusal(
      session.writer.until('the Deployment', 9, async () => 'its controller has not seen it yet'),
    )
    equal(failed.failure.cause, cause, 'the cause')
    equal(
      waits.filter(told => told.startsWith('the Deployment: ')),
      ['the Deployment: its controller has not seen it yet', `the Deployment: ${cause}`],
      'what was told',
    )
  })

  await prove('a join hangs on the same, and on the signature of its token', async () => {
    await sign({ kubeconfig: '' })
    equal(
      await joinTrouble(session.reader, 'abcdef'),
      'kube-controller-manager on cp is in CrashLoopBackOff (4 restarts); its token is not signed in kube-public/cluster-info yet',
      'what it hangs on',
    )
    await put('kube-controller-manager', true, {
      restartCount: 4,
      state: { running: { startedAt: '2020-01-01T00:00:00Z' } },
    })
    equal(await controlPlaneTrouble(session.reader), undefined, 'the control plane, well again')
    await sign({ kubeconfig: '', 'jws-kubeconfig-abcdef': 'signature' })
    equal(await joinTrouble(session.reader, 'abcdef'), undefined, 'the join')
  })
}
