import { usageError } from '../../engine/errors.ts'
import type { LabHosts } from '../../engine/inventory/lab.ts'
import { cacheFolder } from '../../engine/play/folders.ts'
import { refuseForeseen, sharedTarget } from '../../engine/play/hosts.ts'
import { playList } from '../../engine/play/play-roles.ts'
import type { Run } from '../../engine/play/run.ts'
import type { Step } from '../../engine/play/step.ts'
import { stopIfFailed } from '../../engine/play/stop.ts'
import { onOperator } from '../../engine/resource/operator.ts'
import { present, type Resource } from '../../engine/resource/resource.ts'
import { buildMirror, stepsToBuild } from '../../mirror/build-mirror.ts'
import { cloudImage } from '../../mirror/cloud-image.ts'
import { hostImage } from '../../mirror/host-image.ts'
import { kernel } from '../../mirror/kernel.ts'
import { checkMachine } from '../../mirror/machine.ts'
import type { MirrorStep } from '../../mirror/step.ts'
import { mirrorSteps } from '../../mirror/steps.ts'

/** Builds what the inventory uses of the mirror, where it is not built yet. Silent for one that uses nothing of it. */
export function mirror(): Step {
  const title = 'Build the mirror'
  return {
    title,
    roles: [],
    groups: [],
    plays: [title],
    async perform(run: Run): Promise<void> {
      const steps = stepsOf(run.lab)
      if (steps.length === 0) return
      if (!run.options.check && (await stepsToBuild(cacheFolder(), steps)).length > 0) await refuseInVain(run)
      const began = performance.now()
      run.emit({ type: 'play.start', play: title, hosts: [sharedTarget] })
      await playList(run, title, sharedTarget, false, async () => [
        { resource: builtMirror(run, steps), role: 'mirror' },
      ])
      run.emit({ type: 'play.end', play: title, seconds: (performance.now() - began) / 1000 })
      stopIfFailed(run)
    },
  }
}

/** Building takes long: what stands against it, or against the hosts that it is for, is told before it is begun. */
async function refuseInVain(run: Run): Promise<void> {
  await refuseForeseen(run)
  await checkMachine()
}

/** Local hosts boot a kernel and an image of ours, wherever their packages come from. */
function stepsOf({ provider, source, file, hosts }: LabHosts): readonly MirrorStep[] {
  if (provider === 'local') {
    const flavours = hosts.some(({ size }) => size.image === 'cloud') ? [cloudImage] : []
    return [...(source === 'mirror' ? mirrorSteps : [kernel, hostImage]), ...flavours]
  }
  if (source === 'upstream') return []
  throw usageError({
    code: 'mirror-not-reached',
    message: `Hosts of the provider ${provider} do not reach a mirror on this machine`,
    place: file,
    next: 'Set `source: upstream` in the inventory, or give --source upstream: this machine and the hosts then need a way to pkgs.k8s.io and download.docker.com, or to a copy of them (docs/inventory.md).',
  })
}

/** The names of the steps that are not built. */
function builtMirror(run: Run, steps: readonly MirrorStep[]): Resource<readonly string[], undefined> {
  return {
    kind: 'mirror',
    id: 'kernel, packages and images',
    probe: onOperator(async () => present((await stepsToBuild(cacheFolder(), steps)).map(({ name }) => name))),
    diff: is => (is.is === 'present' ? is.state : []).map(name => ({ attribute: name, before: null, after: 'built' })),
    apply: () => buildMirror({ cacheFolder: cacheFolder(), emit: run.emit, signal: run.signal }, steps),
  }
}
