import { expect, test } from 'vitest'
import { images } from '../../kube/versions.ts'
import { configOf, digestOf, type Layer, manifestOf, partsOf } from './image.ts'

const layer: Layer = { file: '/x', digest: 'sha256:11', size: 5, diffId: 'sha256:22' }
const image = { reference: 'registry.k8s.io/pause:3', layers: [], entrypoint: ['/pause'] }

test('the manifest names the configuration by its digest, the configuration the layers by what is in them', () => {
  const config = configOf(image, [layer])
  expect(JSON.parse(config.toString())).toMatchObject({
    architecture: 'amd64',
    config: { Entrypoint: ['/pause'] },
    rootfs: { diff_ids: ['sha256:22'] },
  })
  expect(JSON.parse(manifestOf(config, [layer]).toString())).toMatchObject({
    config: { digest: digestOf(config), size: config.length },
    layers: [{ digest: 'sha256:11', size: 5 }],
  })
})

test('equal images have equal digests', () => {
  expect(digestOf(configOf(image, [layer]))).toBe(digestOf(configOf({ ...image }, [{ ...layer }])))
})

test('references are taken apart, also every one that a cluster uses', () => {
  expect(partsOf('registry.k8s.io/coredns/coredns:v1.14.2')).toEqual({
    host: 'registry.k8s.io',
    name: 'coredns/coredns',
    tag: 'v1.14.2',
  })
  for (const reference of Object.values(images)) expect(partsOf(reference).host).toMatch(/\./)
  for (const odd of ['pause', 'pause:3', 'registry.k8s.io/pause', 'registry.k8s.io/Pause:3'])
    expect(() => partsOf(odd)).toThrow('HOST/NAME:TAG')
})
