import { apt } from './apt.ts'
import { aptKeys } from './apt-keys.ts'
import { cloudImage } from './cloud-image.ts'
import * as go from './go-modules.ts'
import { hostImage } from './host-image.ts'
import { imagePrograms } from './image-programs.ts'
import { kernel } from './kernel.ts'
import { pauseProgram } from './pause-program.ts'
import { registry } from './registry.ts'
import { registryProgram } from './registry-program.ts'
import type { MirrorStep } from './step.ts'

/** Everything that the mirror makes; a step's needs stand before it. */
export const mirrorSteps: readonly MirrorStep[] = [
  kernel,
  ...Object.values(go),
  aptKeys,
  pauseProgram,
  imagePrograms,
  registryProgram,
  hostImage,
  apt,
  registry,
]

/** With what only some labs ask for: whatever the cache may rightly hold. */
export const everyStep: readonly MirrorStep[] = [...mirrorSteps, cloudImage]
