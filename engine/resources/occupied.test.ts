import { expect, test } from 'vitest'
import { converge } from '../resource/converge.ts'
import { Late } from '../resource/late.ts'
import type { AnyResource } from '../resource/resource.ts'
import { aptRepository } from './apt-repository.ts'
import { directory } from './directory.ts'
import { file } from './file.ts'
import { hostname } from './hostname.ts'
import { kernelModules } from './kernel-modules.ts'
import { answerOf } from './laws.ts'
import { mount } from './mount.ts'
import { nfsExport } from './nfs-export.ts'
import { usePrivateRoot } from './private-root-fixture.ts'
import { symlink } from './symlink.ts'
import { sysctl } from './sysctl.ts'
import { systemdUnit } from './systemd-unit.ts'

const root = usePrivateRoot()
const unmade = () => Promise.reject(new Error('it was to be refused before'))

const key = { content: new Late<string>('a key', () => undefined), fingerprint: '0'.repeat(40) }
const puts: readonly (readonly [path: string, by: 'mkdir -p' | 'touch', wish: () => AnyResource])[] = [
  ['/srv/one', 'mkdir -p', () => file({ path: '/srv/one', content: '' })],
  ['/srv/two', 'mkdir -p', () => symlink({ path: '/srv/two', target: 'three' })],
  ['/srv/three', 'touch', () => directory({ path: '/srv/three' })],
  ['/etc/hostname', 'mkdir -p', () => hostname('elsewhere')],
  ['/etc/modules-load.d/odd.conf', 'mkdir -p', () => kernelModules(['loop'], { name: 'odd' })],
  ['/etc/sysctl.d/90-odd.conf', 'mkdir -p', () => sysctl({ 'net.ipv4.ip_forward': 1 }, { name: '90-odd' })],
  ['/etc/exports.d/srv.exports', 'mkdir -p', () => nfsExport({ path: '/srv', to: [], options: [] })],
  ['/etc/apt/keyrings/odd.asc', 'mkdir -p', () => aptRepository({ name: 'odd', uri: 'file:/srv', suite: '/', key })],
]

test.each(puts)('what stands at %s is refused, in check mode as in the run', async (path, by, wish) => {
  await root().sh(`rm -f ${path}; ${by} ${path}`)
  const resource = wish()
  const is = await answerOf(root(), resource)
  for (const check of [true, false]) {
    const refused = converge(resource, {
      check,
      start: () => is,
      now: async () => is,
      again: unmade,
      will: { change: () => false },
      alteredBy: () => undefined,
      writerFor: unmade,
    })
    await expect(refused).rejects.toMatchObject({
      failure: { code: 'path-occupied', message: expect.stringContaining(path) },
    })
  }
  await root().sh(`[ ${by === 'touch' ? '-f' : '-d'} ${path} ]`)
})

const folder = { type: 'directory', mode: '0755', ids: '0:0', names: 'root:root' } as const
const unit = { load: 'not-found', active: 'inactive', enabled: '', stale: [], file: folder, mounted: null }

test.each<AnyResource>([
  systemdUnit({ name: 'odd', unitFile: '[Service]\n' }),
  mount({ what: 'tmpfs', where: '/srv/odd', type: 'tmpfs' }),
])('a unit whose file cannot be put there is refused: $kind', resource => {
  const is = { is: 'present', state: unit } as const
  expect(resource.refuse?.(is, { change: () => false })).toMatchObject({ code: 'path-occupied' })
  const free = { is: 'present', state: { ...unit, file: null } } as const
  expect(resource.refuse?.(free, { change: () => false })).toBeUndefined()
})
