import { join, resolve } from 'node:path'
import { byUp } from '../../engine/play/next-step.ts'
import type { Run } from '../../engine/play/run.ts'
import type { Step } from '../../engine/play/step.ts'
import { refuseUnwritable } from '../../engine/report/file.ts'
import { writeKubeconfig } from '../../kube/kubeconfig.ts'

/** Fetches the cluster's kubeconfig to `file`, or into the lab's folder, and says how to use it. */
export function kubeconfig(file: string | undefined): Step {
  return {
    title: 'Fetch the kubeconfig',
    roles: [],
    groups: [],
    async perform(run: Run): Promise<void> {
      const path = file ? resolve(file) : join(run.stateFolder, 'kubeconfig')
      if (file) await refuseUnwritable(path)
      await writeKubeconfig(run.reach(), path, byUp(run, 'Build it'))
      run.emit({
        type: 'notice',
        level: 'info',
        text: `Wrote ${path}\nUse it: KUBECONFIG=${path} kubectl get nodes`,
        path,
      })
    },
  }
}
