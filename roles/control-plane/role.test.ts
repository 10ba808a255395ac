import { expect, test } from 'vitest'
import { names, onNothing, resourcesOf } from '../role-fixture.ts'
import { controlPlane } from './role.ts'

test('a control plane is done when what is told of it is of its last start', () => {
  const resources = resourcesOf(controlPlane, { host: 'cp', unborn: ['cp'] })
  expect(names(resources)).toEqual(['images-pulled of the control plane', 'kubeadm-init cp', 'node-reported cp'])
  expect(onNothing(resources, 'node-reported cp')).toEqual({ reports: 'since its start' })
  expect(resources[1]?.alters).toEqual(resources.slice(2))
})
