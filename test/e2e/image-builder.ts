import { failureOf } from '../../engine/play/stop.ts'
import { findBuilder } from '../../kube/images/build.ts'
import { installBuilder } from '../../playbooks/lib/image-builder.ts'
import { say } from './proof.ts'

/** Installs a builder of images where this machine has none, as `up` does for local hosts. Needs root. */
export async function needImageBuilder(): Promise<void> {
  const missing = await findBuilder().then(
    () => undefined,
    error => failureOf(error),
  )
  if (missing?.code === 'no-image-builder') await installBuilder(event => event.type === 'progress' && say(event.task))
}
