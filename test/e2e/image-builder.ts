import { failureOf } from '../../engine/play/stop.ts'
import { installHere } from '../../engine/provider/local/install-here.ts'
import { findBuilder } from '../../kube/images/build.ts'
import { say } from './proof.ts'

/** Installs a builder of images where this machine has none, as `up` does for local hosts. Needs root. */
export async function needImageBuilder(): Promise<void> {
  const missing = await findBuilder().then(
    () => undefined,
    error => failureOf(error),
  )
  if (missing?.code === 'no-image-builder')
    await installHere(['buildah'], event => event.type === 'progress' && say(event.task))
}
