import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { initConfig } from './config.ts'

const settings = {
  lab: 'demo',
  host: 'cp',
  address: '10.0.0.10',
  podSubnet: '10.244.0.0/16',
  certSANs: ['10.0.0.10', '127.0.0.1', '10.0.0.10'],
  ignorePreflightErrors: ['NumCPU'],
}

test('a control plane of one elects no leader', () => {
  const [, cluster] = parseAllDocuments(initConfig(settings)).map(document => document.toJS())
  const elects = { name: 'leader-elect', value: 'false' }
  expect(cluster.controllerManager.extraArgs).toContainEqual(elects)
  expect(cluster.scheduler.extraArgs).toContainEqual(elects)
  expect(cluster.apiServer.extraArgs).not.toContainEqual(elects)
  expect(cluster).toMatchObject({ clusterName: 'demo', apiServer: { certSANs: ['10.0.0.10', '127.0.0.1'] } })
})
