import { commandFor } from '../../engine/inventory/command-for.ts'
import { sharedTarget } from '../../engine/play/hosts.ts'
import type { Run } from '../../engine/play/run.ts'
import type { Step } from '../../engine/play/step.ts'
import { controlPlaneGroup } from '../../kube/api/cluster.ts'
import { fileManager } from '../../roles/file-manager/role.ts'
import { variantIn } from './variant.ts'

/** After a run that has changed something: the commands with which people begin to use the lab. */
export const whatNow = (): Step => ({
  title: 'Say what now',
  roles: [fileManager],
  groups: [],
  async perform(run: Run): Promise<void> {
    const changed = [...run.counts].some(([target, count]) => target !== sharedTarget && count.changed > 0)
    if (run.options.check || run.limited || !changed) return
    const ways = [
      `${commandFor(run.lab, 'status')} for what is there`,
      `${commandFor(run.lab, 'kubeconfig')} for kubectl`,
    ]
    run.emit({ type: 'notice', level: 'info', text: `Next: ${[...ways, ...client(run)].join('; ')}.` })
  },
})

function client(run: Run): readonly string[] {
  const found = run.found.get(run.lab.groups.get(controlPlaneGroup)?.[0] ?? '')
  if (!variantIn(run) || found?.is !== 'running') return []
  return [`npx clienteFileManager ${found.endpoint.address}, or any other node, for the file manager`]
}
