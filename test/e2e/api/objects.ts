import type { ObjectRef } from '../../../kube/api/objects.ts'

export const settings: ObjectRef = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'app', name: 'settings' }
export const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'app' } }
export const configMap = (values: object) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'app', name: 'settings' },
  data: values,
})
export const volume = {
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'shared' },
  spec: {
    capacity: { storage: '1Gi' },
    accessModes: ['ReadWriteMany'],
    nfs: { server: '<%= it.address %>', path: '/srv' },
  },
}
export const web: ObjectRef = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'app', name: 'web' }
export const deployment = (image: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: 'app', name: 'web' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } },
  },
})
