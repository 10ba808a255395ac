import { expect, test } from 'vitest'
import { names, onNothing, resourcesOf, viewOf } from '../role-fixture.ts'
import { manifests } from './role.ts'

test('files are applied in the order of their names, waited for, and what they no longer name is removed', () => {
  expect(names(resourcesOf(manifests, { host: 'cluster' }))).toEqual([
    'manifest Namespace probe',
    'manifest-ready probe/10-namespace.yaml',
    'manifest PersistentVolume probe-volume',
    'manifest PersistentVolumeClaim probe/probe-claim',
    'manifest-ready probe/20-volume.yaml',
    'manifest Deployment probe/probe',
    'manifest-ready probe/30-deployment.yaml',
    'manifest Service probe/probe',
    'manifest Service probe/probe-local',
    'manifests-pruned demo',
  ])
})

test('what is named does not change when addresses are known', () => {
  const unborn = resourcesOf(manifests, { host: 'cluster', unborn: ['nfs'] })
  expect(names(unborn)).toEqual(names(resourcesOf(manifests, { host: 'cluster' })))
  expect(onNothing(unborn, 'manifest PersistentVolume probe-volume')).toEqual({ object: 'probe/20-volume.yaml' })
})

test('under --limit nothing is pruned', () => {
  const view = { ...viewOf({ host: 'cluster' }), asked: { limited: true, takeOver: false, pruneData: false } }
  const resources = manifests.resources({ ...manifests.vars }, view)
  expect(names(resources)).not.toContain('manifests-pruned demo')
})
