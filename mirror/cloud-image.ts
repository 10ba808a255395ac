import { fileURLToPath } from 'node:url'
import { buildImage, imageInputs, imagePackages } from './debian-image.ts'
import { hostImageFolder } from './host-image.ts'
import type { MirrorStep } from './step.ts'

const image = { folder: hostImageFolder, extra: fileURLToPath(new URL('./cloud-image/', import.meta.url)) }

/**
 * The base disk with Debian's cloud-init, for hosts that configure themselves as those of a cloud do. Built only for an
 * inventory that has such a host.
 *
 * Makes `image.ext4`.
 */
export const cloudImage: MirrorStep = {
  name: 'host-image-cloud',
  summary: 'base disk of local hosts that run cloud-init',
  needs: [],
  debianPackages: imagePackages,
  coldSeconds: 60,
  inputs: () => imageInputs(image),
  build: work => buildImage(image, work),
}
