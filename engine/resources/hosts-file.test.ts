import { expect, test } from 'vitest'
import { Late } from '../resource/late.ts'
import { absent } from '../resource/resource.ts'
import { type HostsEntry, hostsEntries } from './hosts-file.ts'
import { obeysLaws } from './laws.ts'
import { usePrivateRoot } from './private-root-fixture.ts'

const root = usePrivateRoot()

test('the host finds itself and the others by name', async () => {
  const entries = [
    { address: '10.0.0.7', names: ['nfs.lab', 'nfs'] },
    { address: 'fd00::7', names: ['six'] },
  ]
  await obeysLaws(root(), { wish: hostsEntries(entries) })
  const looked = await root().sh('for name in localhost nfs.lab nfs six; do getent ahosts $name | head -1; done')
  expect(looked.split('\n').map(line => line.split(/\s+/)[0])).toEqual(['::1', '10.0.0.7', '10.0.0.7', 'fd00::7'])
})

test('entries may be late, and a name that would be another line is refused', () => {
  const late = hostsEntries(new Late<readonly HostsEntry[]>('addresses', () => undefined))
  expect(late.diff(absent, { change: () => false })[0]?.after).toEqual({ late: 'addresses' })
  expect(() => hostsEntries([{ address: '10.0.0.1', names: ['a\n10.0.0.2 b'] }])).toThrow(TypeError)
})
