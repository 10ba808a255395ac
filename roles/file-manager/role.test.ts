import { expect, test } from 'vitest'
import { Secret } from '../../engine/shell/secret.ts'
import { images } from '../images/role.ts'
import { localStorage } from '../local-storage/role.ts'
import { manifests } from '../manifests/role.ts'
import { holding, names, onNothing, resourcesOf, viewOf } from '../role-fixture.ts'
import { type FileManagerIdentity, verifiedName } from './identity.ts'
import { clientFile, facts, fileManager } from './role.ts'

const identity: FileManagerIdentity = {
  certificate: 'CERTIFICATE',
  key: new Secret('KEY'),
  ca: 'CA',
  clientToken: new Secret('the client token'),
  serverToken: new Secret('the server token'),
}
const told = { [facts.identity]: identity, [facts.nodes]: ['10.55.0.11', '10.55.0.12'] }
const others = (variant: string) => ({ 'file-manager': { variant } })
const objectsOf = (variant: string) =>
  names(resourcesOf(manifests, { host: 'cluster', facts: told, others: others(variant) })).filter(
    name => name.startsWith('manifest ') && !name.includes('probe'),
  )
const shared = [
  'manifest Secret default/file-manager-broker',
  'manifest Secret default/file-manager-server',
  'manifest Deployment default/broker-deployment',
  'manifest Service default/broker-service',
  'manifest Deployment default/server-deployment',
  'manifest PodDisruptionBudget default/server',
  'manifest Service default/server-service',
]

test('variants differ in their volumes alone, which come before whoever mounts them', () => {
  expect(objectsOf('none')).toEqual([])
  expect(objectsOf('basic')).toEqual(shared)
  const [secret, other, ...rest] = shared
  const volume = (name: string) => [
    `manifest PersistentVolume ${name}-pv`,
    `manifest PersistentVolumeClaim default/${name}-pvc`,
  ]
  expect(objectsOf('advanced1')).toEqual([secret, other, ...volume('local'), ...rest])
  expect(objectsOf('advanced2')).toEqual([secret, other, ...volume('nfs'), ...rest])
})

test('a variant that is none is refused with those that there are', () => {
  expect(() => objectsOf('advanced')).toThrow('no variant advanced')
})

test('images are built for a lab that has it', () => {
  const built = (variant: string) => names(resourcesOf(images, { host: 'registry', others: others(variant) }))
  expect(built('none')).toEqual(['image registry.lab.internal/probe'])
  expect(built('basic').slice(1)).toEqual([
    'image registry.lab.internal/file-manager-broker',
    'image registry.lab.internal/file-manager-server',
  ])
})

test('only the worker that holds the files gets a folder for them', () => {
  const on = (host: string, variant: string) => names(resourcesOf(localStorage, { host, others: others(variant) }))
  expect(on('worker1', 'advanced1')).toEqual(['directory /srv/file-manager'])
  expect([...on('worker2', 'advanced1'), ...on('worker1', 'advanced2'), ...on('worker1', 'none')]).toEqual([])
})

test('a client finds the nodes, whom to trust and its own token, and never what servers are known by', () => {
  const resources = resourcesOf(fileManager, { host: 'lab', facts: told, vars: { variant: 'basic' } })
  expect(names(resources)).toEqual([`operator-file ${clientFile('demo')}`])
  expect(clientFile('demo')).toMatch(/\/andamio\/demo\/file-manager\.json$/)
  const access = {
    lab: 'demo',
    name: verifiedName,
    nodes: told[facts.nodes],
    ca: 'CA',
    token: 'the client token',
    plainText: false,
  }
  expect(onNothing(resources, names(resources)[0] ?? '')).toEqual({
    content: holding(`${JSON.stringify(access, undefined, 2)}\n`),
    mode: '0600',
  })
})

test('before there are nodes and credentials the plan is whole, and late', () => {
  const [file] = resourcesOf(fileManager, { host: 'lab', vars: { variant: 'basic' } })
  expect(file?.diff({ is: 'absent' }, { change: () => false })[0]?.after).toMatchObject({ late: expect.any(String) })
  const unknown = { host: 'cluster', others: others('advanced2') }
  expect(names(manifests.resources({ ...manifests.vars }, viewOf(unknown)))).toEqual(
    names(resourcesOf(manifests, { ...unknown, facts: told })),
  )
})

test('a lab without it takes away what an earlier one has left', () => {
  const [file] = resourcesOf(fileManager, { host: 'lab' })
  const is = { is: 'present', state: { content: 'sha256:x', mode: '0600' } } as const
  expect(file?.diff(is, { change: () => false })).toEqual([{ attribute: 'state', before: 'present', after: 'absent' }])
})
