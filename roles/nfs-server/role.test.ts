import { expect, test } from 'vitest'
import { present } from '../../engine/resource/resource.ts'
import { holding, names, onNothing, resourcesOf } from '../role-fixture.ts'
import { nfsServer, nfsServerNarrowed } from './role.ts'

test('settings stand before the package starts anything, and the export before the server is asked to run', () => {
  expect(names(resourcesOf(nfsServer, { host: 'nfs' }))).toEqual([
    'directory /etc/nfs.conf.d',
    'file /etc/nfs.conf.d/andamio.conf',
    'apt-packages nfs-kernel-server',
    'directory /mnt/nfs-share',
    'directory /mnt/nfs-share/FileManagerDir',
    'nfs-export /mnt/nfs-share',
    'systemd-unit rpcbind.service',
    'systemd-unit nfs-server.service',
    'systemd-unit nfs-mountd.service',
  ])
})

test('only nodes of the cluster may mount, and all they write is one user’s', () => {
  const resources = resourcesOf(nfsServer, { host: 'nfs' })
  const options = '(rw,sync,no_subtree_check,all_squash,anonuid=10001,anongid=10001)'
  const clients = ['10.55.0.11', '10.55.0.12', '10.55.0.13', '10.55.0.14']
  expect(onNothing(resources, 'nfs-export /mnt/nfs-share')).toEqual({
    clients,
    file: holding(`/mnt/nfs-share ${clients.map(client => client + options).join(' ')}\n`),
  })
  expect(onNothing(resources, 'directory /mnt/nfs-share')).toMatchObject({ owner: '10001:10001', mode: '0770' })
  expect(onNothing(resources, 'directory /mnt/nfs-share/FileManagerDir')).toMatchObject({
    owner: '10001:10001',
    mode: '0770',
  })
})

test('a node that is not there yet makes the list of clients late, and leaves the plan whole', () => {
  const resources = resourcesOf(nfsServer, { host: 'nfs', unborn: ['worker3'] })
  const late = { late: 'addresses of cluster' }
  expect(onNothing(resources, 'nfs-export /mnt/nfs-share')).toEqual({ clients: late, file: late })
})

test('mountd listens where a firewall can let it through', () => {
  const resources = resourcesOf(nfsServer, { host: 'nfs', vars: { mountdPort: 30048 } })
  expect(onNothing(resources, 'file /etc/nfs.conf.d/andamio.conf')).toMatchObject({
    content: holding('[mountd]\nport=30048\n'),
  })
})

test('a node that leaves keeps the share until it was drained, and loses it then', () => {
  const leaving = { exported: { '10.55.0.14': [], '10.55.0.99': [] }, file: null }
  const clients = (role: typeof nfsServer | typeof nfsServerNarrowed, facts: Readonly<Record<string, unknown>>) =>
    resourcesOf(role, { host: 'nfs', facts })
      .find(({ kind }) => kind === 'nfs-export')
      ?.diff(present(leaving), { change: () => false })
      .find(({ attribute }) => attribute === 'clients')?.after
  const nodes = ['10.55.0.11', '10.55.0.12', '10.55.0.13', '10.55.0.14']
  expect(clients(nfsServer, { 'nodes that leave': 'kept' })).toEqual([...nodes, '10.55.0.99'])
  expect(clients(nfsServerNarrowed, {})).toEqual(nodes)
  expect(clients(nfsServer, {})).toEqual(nodes)
})
