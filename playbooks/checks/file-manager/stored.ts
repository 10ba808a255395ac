import type { Run } from '../../../engine/play/run.ts'
import { quote } from '../../../engine/shell/quote.ts'
import { cluster } from '../../../kube/api/cluster.ts'
import type { Pod } from '../../../kube/api/objects.ts'
import { sharedFolder } from '../../../roles/file-manager/manifests.ts'
import type { Variant } from '../../../roles/file-manager/variants.ts'
import { nfsServer } from '../../../roles/nfs-server/role.ts'
import { podsOf } from './pods.ts'

export const mountedAt = '/app/FileManagerDir'

/** Host and folder where the files of a shared variant lie. */
export function sharedPlace(run: Run): { readonly host: string; readonly folder: string } {
  const [host = ''] = run.lab.groups.get('storage') ?? []
  return { host, folder: `${String(run.varsOf(host, nfsServer.name).path ?? nfsServer.vars.path)}/${sharedFolder}` }
}

/**
 * The process of a pod that has its files mounted, as `/proc/<pid>`, in `$process`; the script ends with 1 where there is
 * none. The images have no shell of their own: a pod is looked into from its node.
 */
export const findProcess = (pod: Pod): string => {
  const uid = pod.metadata.uid ?? ''
  return `process=
for cgroup in $(grep -ls -e ${quote(`pod${uid}`)} -e ${quote(`pod${uid.replaceAll('-', '_')}`)} /proc/[0-9]*/cgroup); do
  if grep -qs ' ${mountedAt} ' "\${cgroup%/cgroup}/mountinfo"; then process=\${cgroup%/cgroup}; break; fi
done
[ -n "$process" ] || { echo 'the pod has no process on this host' >&2; exit 1; }
`
}

/** Files that clients have put on the file manager, away again: its protocol has no word for that. */
export async function removeStored(run: Run, variant: Variant, names: readonly string[]): Promise<void> {
  const remove = (folder: string) => `rm -f -- ${names.map(name => `${folder}/${quote(name)}`).join(' ')}\n`
  if (variant.shared) {
    const { host, folder } = sharedPlace(run)
    return on(run, host, remove(quote(folder)))
  }
  const session = await run.api(cluster)
  if (session.is !== 'present') throw new Error('there is no cluster')
  const [pod] = await podsOf(session.state.reader, 'server')
  if (pod?.spec.nodeName === undefined) throw new Error('no server runs')
  await on(run, pod.spec.nodeName, findProcess(pod) + remove(`"$process/root${mountedAt}"`))
}

async function on(run: Run, host: string, script: string): Promise<void> {
  const { connection } = await run.session(host)
  const { code, stderr } = await connection.exec('sh -s', { stdin: script, timeoutSeconds: 60 })
  if (code !== 0) throw new Error(`${host}: ${stderr.trim() || `status ${code}`}`)
}
