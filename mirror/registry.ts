import { join } from 'node:path'
import { images } from '../kube/versions.ts'
import { corednsProgram, etcdPrograms, flannelCniProgram, flannelProgram, kubernetesPrograms } from './go-modules.ts'
import { imagePrograms } from './image-programs.ts'
import { withRegistry } from './images/filling-registry.ts'
import type { Image, LayerContent } from './images/image.ts'
import { packLayer } from './images/pack-layer.ts'
import { pushImage } from './images/push-image.ts'
import { pauseProgram } from './pause-program.ts'
import { registryProgram } from './registry-program.ts'
import type { MirrorStep, StepWork } from './step.ts'

/** The store of a docker-registry (its `rootdirectory`) that holds every image of a cluster under its upstream name. */
export const registry: MirrorStep = {
  name: 'registry',
  summary: `${Object.keys(images).length} images in a registry, under their upstream names`,
  needs: [
    ...[kubernetesPrograms, etcdPrograms, corednsProgram, flannelProgram, flannelCniProgram],
    ...[pauseProgram, imagePrograms, registryProgram],
  ],
  debianPackages: [],
  coldSeconds: 40,
  inputs: async () => ['revision 1', JSON.stringify(images)],
  build: async work => {
    const program = join(work.of(registryProgram), 'docker-registry')
    await withRegistry(work, program, work.out, async client => {
      const all = imagesFrom(work)
      for (const [done, image] of all.entries()) {
        work.progress(`packing ${image.reference}`, { done, total: all.length, unit: 'images' })
        const layers = []
        for (const content of image.layers) layers.push(await packLayer(work, content))
        await pushImage(client, image, layers)
      }
    })
  },
}

/** Programs alone where they are static, over the few that they call where they call any. */
function imagesFrom(work: StepWork): readonly Image[] {
  const kubernetes = (reference: string, name: string, below: readonly LayerContent[] = []): Image =>
    programImage(reference, { [`/usr/local/bin/${name}`]: join(work.of(kubernetesPrograms), name) }, below)
  const etcd = (name: string) => [`/usr/local/bin/${name}`, join(work.of(etcdPrograms), name)] as const
  const netfilter = { root: join(work.of(imagePrograms), 'netfilter') }
  const copy = { root: join(work.of(imagePrograms), 'copy') }
  return [
    programImage(images.pause, { '/pause': join(work.of(pauseProgram), 'pause') }),
    kubernetes(images.apiServer, 'kube-apiserver'),
    kubernetes(images.controllerManager, 'kube-controller-manager'),
    kubernetes(images.scheduler, 'kube-scheduler'),
    kubernetes(images.proxy, 'kube-proxy', [netfilter]),
    programImage(images.etcd, Object.fromEntries(['etcd', 'etcdctl', 'etcdutl'].map(etcd))),
    programImage(images.coredns, { '/coredns': join(work.of(corednsProgram), 'coredns') }),
    programImage(images.flannel, { '/opt/bin/flanneld': join(work.of(flannelProgram), 'flanneld') }, [netfilter]),
    // Its manifest runs `cp -f /flannel /opt/cni/bin/flannel` in it.
    programImage(images.flannelCniPlugin, { '/flannel': join(work.of(flannelCniProgram), 'flannel') }, [copy]),
  ]
}

/** An image that starts its first program. */
function programImage(
  reference: string,
  files: Readonly<Record<string, string>>,
  below: readonly LayerContent[] = [],
): Image {
  return { reference, layers: [...below, { files }], entrypoint: Object.keys(files).slice(0, 1) }
}
