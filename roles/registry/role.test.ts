import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { template } from '../../engine/resources/template.ts'
import { Secret } from '../../engine/shell/secret.ts'
import { holding, names, onNothing, resourcesOf } from '../role-fixture.ts'
import { registry } from './role.ts'

const identity = { certificate: 'CERT', key: new Secret('KEY'), passwordFile: new Secret('push:$2b$hash\n') }
const resources = () => resourcesOf(registry, { host: 'nfs', facts: { registry: identity } })

test('the side that pushes starts before the one that pulls, for the package has taken that one’s port', () => {
  expect(names(resources())).toEqual([
    'apt-packages docker-registry',
    'directory /var/lib/docker-registry',
    'file /etc/docker/registry/tls.crt',
    'file /etc/docker/registry/tls.key',
    'file /etc/docker/registry/htpasswd',
    'file /etc/docker/registry/push.yml',
    'file /etc/docker/registry/pull.yml',
    'systemd-unit docker-registry.service',
    'systemd-unit docker-registry-pull.service',
  ])
})

test('secrets are for root and the service alone', () => {
  for (const [file, text] of [
    ['tls.key', 'KEY'],
    ['htpasswd', 'push:$2b$hash\n'],
  ] as const) {
    expect(onNothing(resources(), `file /etc/docker/registry/${file}`)).toEqual({
      content: holding(text),
      mode: '0640',
      owner: 'root:docker-registry',
    })
  }
})

const rendered = (verb: string) => {
  const data = { folder: '/srv', address: '10.55.0.15', port: 5000, name: 'registry.lab.internal' }
  return parse(template(new URL(`./${verb}.yml`, import.meta.url), data) as string)
}

test('both sides listen on the lab’s address only, with TLS, over one folder', () => {
  for (const verb of ['push', 'pull']) {
    const { http, storage } = rendered(verb)
    expect(http.addr).toBe('10.55.0.15:5000')
    expect(http.tls).toMatchObject({ key: '/etc/docker/registry/tls.key', minimumtls: 'tls1.2' })
    expect(storage.filesystem.rootdirectory).toBe('/srv')
  }
})

test('who needs no password cannot write, and who can write needs one', () => {
  expect(rendered('pull')).toMatchObject({ storage: { maintenance: { readonly: { enabled: true } } } })
  expect(rendered('pull')).not.toHaveProperty('auth')
  expect(rendered('push').auth.htpasswd.path).toBe('/etc/docker/registry/htpasswd')
  expect(rendered('push').storage.maintenance).not.toHaveProperty('readonly')
})

test('each unit serves its own file, and may write where it must', () => {
  const unit = (verb: string) => template(new URL('./registry.service', import.meta.url), { folder: '/srv', verb })
  expect(unit('push')).toContain('\nExecStart=/usr/bin/docker-registry serve /etc/docker/registry/push.yml\n')
  expect(unit('push')).toContain('\nReadWritePaths="/srv"\n')
  expect(unit('pull')).toContain('\nReadOnlyPaths="/srv"\n')
})
