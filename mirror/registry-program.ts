import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fetchFromDebian } from './debian-archive.ts'
import type { MirrorStep } from './step.ts'

/**
 * Debian's docker-registry, unpacked and not installed: its package would start a registry on every address of this
 * machine at once. Gives `docker-registry`.
 */
export const registryProgram: MirrorStep = {
  name: 'registry-program',
  summary: "Debian's docker-registry",
  needs: [],
  debianPackages: ['debian-archive-keyring'],
  coldSeconds: 10,
  inputs: async () => ['revision 1'],
  build: async work => {
    const tree = join(work.scratch, 'tree')
    await mkdir(tree, { recursive: true })
    const suite = 'bookworm'
    for (const file of await fetchFromDebian(work, { suite, packages: ['docker-registry'], withDependencies: false }))
      await work.run('dpkg-deb', ['-x', file, tree])
    await work.run('install', [join(tree, 'usr/bin/docker-registry'), join(work.out, 'docker-registry')])
  },
}
