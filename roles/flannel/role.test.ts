import { expect, test } from 'vitest'
import { manifestFiles } from '../../kube/manifest/files.ts'
import { manifestsRoot } from '../../kube/manifest/folders.ts'
import { podSubnet } from '../../kube/pod-network.ts'
import { images } from '../../kube/versions.ts'
import { names, onNothing, resourcesOf } from '../role-fixture.ts'
import { flannel } from './role.ts'

test('Flannel is applied in order and waited for on the control plane alone', () => {
  const resources = resourcesOf(flannel, { host: 'cluster' })
  expect(names(resources)).toEqual([
    'manifest Namespace kube-flannel',
    'manifest ServiceAccount kube-flannel/flannel',
    'manifest ClusterRole flannel',
    'manifest ClusterRoleBinding flannel',
    'manifest ConfigMap kube-flannel/flannel',
    'manifest DaemonSet kube-flannel/flannel',
    'pods-ready flannel on cp',
    'nodes-ready cp',
  ])
  expect(onNothing(resources, 'nodes-ready cp')).toEqual({ cp: 'ready' })
})

test('its files name the images of the versions file and the pods of this cluster, and are all JSON where they say so', () => {
  const objects = manifestFiles(manifestsRoot, ['flannel'], { images, podSubnet, apiAddress: '10.55.0.10' }).flatMap(
    file => file.outline(),
  )
  const text = JSON.stringify(objects)
  expect(text).toContain(images.flannel)
  expect(text).toContain(images.flannelCniPlugin)
  expect(text).toContain('10.55.0.10')
  const { data } = objects.find(({ kind }) => kind === 'ConfigMap') as unknown as { data: Record<string, string> }
  expect(JSON.parse(data['net-conf.json'] ?? '')).toEqual({ Network: podSubnet, Backend: { Type: 'vxlan' } })
  expect(JSON.parse(data['10-flannel.conflist'] ?? '').plugins).toHaveLength(2)
})
