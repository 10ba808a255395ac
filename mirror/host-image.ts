import { fileURLToPath } from 'node:url'
import { versions } from '../kube/versions.ts'
import { buildImage, imageInputs, imagePackages } from './debian-image.ts'
import type { MirrorStep } from './step.ts'

export const hostImageFolder = fileURLToPath(new URL('./host-image/', import.meta.url))

/**
 * The disk that local hosts start from: Debian as a cloud image has it, and nothing that a role installs. Its quirks (see
 * host-image/tree) are those of User Mode Linux, so that roles need know nothing of them.
 *
 * Makes `image.ext4`.
 */
export const hostImage: MirrorStep = {
  name: 'host-image',
  summary: `base disk of local hosts: Debian ${versions.debian.version} with systemd, sshd and a cloud user`,
  needs: [],
  debianPackages: imagePackages,
  coldSeconds: 45,
  inputs: () => imageInputs({ folder: hostImageFolder }),
  build: work => buildImage({ folder: hostImageFolder }, work),
}
