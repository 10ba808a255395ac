import { cp, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { minorOf, versions } from '../kube/versions.ts'
import { buildPackage } from './apt/build-package.ts'
import { publish } from './apt/publish.ts'
import { aptKeys, publicKeyFile, secretKeyFile } from './apt-keys.ts'
import { cniPluginPrograms, containerdPrograms, kubernetesPrograms, runcProgram } from './go-modules.ts'
import { containerdPackage } from './packages/containerd.ts'
import { kubernetesPackages } from './packages/kubernetes.ts'
import type { MirrorStep, StepWork } from './step.ts'

const codename = 'bookworm'
const minor = minorOf(versions.kubernetes.version)
const sources = ['./packages/', './apt/'].map(folder => new URL(folder, import.meta.url).pathname)

/** Paths below the mirror's address: each upstream host is a folder, its own layout beneath. */
export const aptPaths = {
  kubernetes: `pkgs.k8s.io/core:/stable:/v${minor}/deb`,
  docker: 'download.docker.com/linux/debian',
} as const

/** Both package repositories, as static files. */
export const apt: MirrorStep = {
  name: 'apt',
  summary: `Package repositories: Kubernetes ${versions.kubernetes.version}, containerd ${versions.containerd.version}`,
  needs: [aptKeys, kubernetesPrograms, containerdPrograms, runcProgram, cniPluginPrograms],
  debianPackages: ['gnupg', 'dpkg'],
  coldSeconds: 30,
  // Its own sources are what packages are made of: unit files, scripts, control fields.
  inputs: async () => ['revision 1', codename, ...(await Promise.all(sources.map(textsIn))).flat()],
  build: async work => {
    await kubernetesRepository(work)
    await dockerRepository(work)
  },
}

async function textsIn(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter(name => !name.endsWith('.test.ts')).sort()
  return Promise.all(names.map(async name => `${name}\n${await readFile(join(folder, name), 'utf8')}`))
}

/** A flat repository with every file in one folder, as pkgs.k8s.io has one a minor. */
async function kubernetesRepository(work: StepWork): Promise<void> {
  const root = join(work.out, aptPaths.kubernetes)
  const plugins = work.of(cniPluginPrograms)
  const packages = []
  for (const debian of await kubernetesPackages(work.of(kubernetesPrograms), plugins, await readdir(plugins))) {
    work.progress(`packing ${debian.name}`)
    const folder = 'amd64'
    packages.push(join(folder, await buildPackage(work, debian, join(root, folder))))
  }
  await publish(work, {
    root,
    packages,
    releaseFolder: '.',
    indexFolder: '.',
    release: {
      origin: `obs://build.opensuse.org/isv:kubernetes:core:stable:v${minor}/deb`,
      label: `isv:kubernetes:core:stable:v${minor}`,
      suite: 'deb',
      codename: 'deb',
    },
    secretKeyFile: join(work.of(aptKeys), secretKeyFile('kubernetes')),
  })
  await cp(join(work.of(aptKeys), publicKeyFile('kubernetes')), join(root, 'Release.key'))
}

/** A repository with suites and components, as Docker has one a distribution. */
async function dockerRepository(work: StepWork): Promise<void> {
  const root = join(work.out, aptPaths.docker)
  work.progress('packing containerd.io')
  const pool = `dists/${codename}/pool/stable/amd64`
  const debian = await containerdPackage(work.of(containerdPrograms), work.of(runcProgram), codename)
  const file = await buildPackage(work, debian, join(root, pool))
  await publish(work, {
    root,
    packages: [join(pool, file)],
    releaseFolder: `dists/${codename}`,
    indexFolder: 'stable/binary-amd64',
    release: { origin: 'Docker', label: 'Docker CE', suite: codename, codename, components: 'stable' },
    secretKeyFile: join(work.of(aptKeys), secretKeyFile('docker')),
  })
  await cp(join(work.of(aptKeys), publicKeyFile('docker')), join(root, 'gpg'))
}
