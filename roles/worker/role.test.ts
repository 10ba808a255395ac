import { expect, test } from 'vitest'
import { names, onNothing, resourcesOf } from '../role-fixture.ts'
import { worker } from './role.ts'

test('a worker joins, and is done when its pods are connected', () => {
  const resources = resourcesOf(worker, { host: 'worker1', unborn: ['cp', 'worker1'] })
  expect(names(resources)).toEqual(['kubeadm-join worker1', 'node-reported worker1', 'pods-ready flannel on worker1'])
  expect(onNothing(resources, 'kubeadm-join worker1')).toEqual({ node: 'ready' })
  expect(resources[0]?.alters).toEqual(resources.slice(1))
})
