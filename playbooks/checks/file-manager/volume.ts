import { type Check, expect } from '../../../engine/play/checks.ts'
import type { Run } from '../../../engine/play/run.ts'
import type { Pod } from '../../../kube/api/objects.ts'
import { clusterOf } from '../cluster-reader.ts'
import { boundTo } from '../storage.ts'
import { namespace, podsOf, shown } from './pods.ts'
import { findProcess, mountedAt } from './stored.ts'
import type { Visit } from './visit.ts'

/** A6: the volume on the NFS export is bound to the servers' claim. */
export const volume = (_: Visit): Check => ({
  id: 'S1-A6',
  title: "The servers' volume is bound",
  look: run => boundTo(run, { volume: 'nfs-pv', claim: 'nfs-pvc', namespace }),
})

/** A9: in every server's own view, its files lie on the NFS export. */
export const mounted = ({ run }: Visit): Check => ({
  id: 'S1-A9',
  title: 'Every server has the export mounted',
  async look() {
    const pods = await podsOf(await clusterOf(run), 'server')
    expect(pods.length > 0, 'there are no servers')
    const seen = await Promise.all(pods.map(async pod => `${shown(pod)}: ${await mountOf(run, pod)}`))
    return seen.join(', ')
  },
})

/** Where its files come from and how much room there is, as its own processes see it; the check fails unless by NFS. */
export async function mountOf(run: Run, pod: Pod): Promise<string> {
  const node = pod.spec.nodeName
  expect(node !== undefined, `${pod.metadata.name} is on no node`)
  const script = `${findProcess(pod)}grep ' ${mountedAt} ' "$process/mountinfo" && df -hP "$process/root${mountedAt}" | tail -n 1`
  const answer = await run.reach().readOn(node, script)
  expect(answer.is === 'present', `${shown(pod)}: ${answer.is === 'unknown' ? answer.why : 'its host is not there'}`)
  return mountShown(answer.state)
}

/** Of a line of mountinfo(5) and one of df(1). */
export function mountShown(output: string): string {
  const [line = '', room = ''] = output.split('\n')
  const [, kind, source] = / - (\S+) (\S+) /.exec(line) ?? []
  expect(kind === 'nfs4', `${mountedAt} is ${kind ?? 'not mounted'} ${source ?? ''}`.trim())
  const [, size = '?', , free = '?'] = room.trim().split(/\s+/)
  return `${source} by ${kind}, ${free} of ${size} free`
}
