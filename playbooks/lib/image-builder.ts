import { AndamioError } from '../../engine/errors.ts'
import { endsAtOnce, refuseForeseen } from '../../engine/play/hosts.ts'
import type { Run } from '../../engine/play/run.ts'
import type { Step } from '../../engine/play/step.ts'
import { failureOf } from '../../engine/play/stop.ts'
import { installHere } from '../../engine/provider/local/install-here.ts'
import type { Emit, Failure } from '../../engine/report/events.ts'
import { needToBuild } from '../../kube/images/build.ts'
import type { ImageContext } from '../../kube/images/context.ts'
import { labRegistry } from '../../kube/registry/lab-registry.ts'
import { imagesForLab } from '../../roles/images/role.ts'

/** Needs no daemon and no settings: what a machine that makes local hosts is given where it has no other. */
const builder = 'buildah'

/**
 * Sees that the lab's images can be built on this machine before anything else is made for them: else a run would come to
 * its end only when the whole cluster stands. On a machine of local hosts it installs what is missing.
 */
export function imageBuilder(): Step {
  return {
    title: 'Look for what builds images',
    roles: [],
    groups: [],
    async perform(run: Run): Promise<void> {
      const images = imagesToBuild(run)
      const against = await whyNotBuilt(images)
      if (against === undefined) return
      if (run.options.check) {
        if (!canInstall(run, against)) run.remind(endsAtOnce(against))
        return
      }
      // What stands against the hosts comes first: without them nothing is built.
      await refuseForeseen(run)
      if (!canInstall(run, against)) throw new AndamioError(against)
      await installBuilder(run.emit)
      await needToBuild(images)
    },
  }
}

/** Needs root. */
export const installBuilder = (emit: Emit): Promise<void> => installHere([builder], emit)

/** Looks whether the lab's images can be built here, and says what with. Throws what stands against it. */
export async function seeImageBuilder(run: Run): Promise<string> {
  const host = registryHost(run)
  const images = host === undefined ? [] : imagesForLab(run.view(host))
  if (images.length === 0) return 'none are built for a registry of its own'
  const against = await whyNotBuilt(images)
  if (against === undefined) return 'what builds them is here'
  if (!canInstall(run, against)) throw new AndamioError(against)
  return `up installs ${builder} on this machine`
}

/** All of them, where their registry is still to come. One that is there may have them. */
function imagesToBuild(run: Run): readonly ImageContext[] {
  const host = registryHost(run)
  if (host === undefined || !run.takesPart(host)) return []
  const found = run.found.get(host)?.is ?? 'absent'
  return found === 'absent' ? imagesForLab(run.view(host)) : []
}

const registryHost = ({ lab }: Run): string | undefined => lab.groups.get(labRegistry.group)?.[0]

async function whyNotBuilt(images: readonly ImageContext[]): Promise<Failure | undefined> {
  try {
    await needToBuild(images)
    return undefined
  } catch (error) {
    return failureOf(error)
  }
}

const canInstall = ({ lab }: Run, { code }: Failure): boolean => lab.provider === 'local' && code === 'no-image-builder'
