import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { images, supports, versions } from '../../kube/versions.ts'
import { holding, names, onNothing, resourcesOf } from '../role-fixture.ts'
import { containerdConfig, schemaOf } from './config.ts'
import { containerd } from './role.ts'

const run = promisify(execFile)
const origin = { url: 'http://10.55.0.1:8080/download.docker.com', key: '', fingerprint: '' }
const mirrored = {
  kubernetes: origin,
  docker: origin,
  mirrors: {
    'registry.k8s.io': { url: 'https://10.55.0.1:5000', ca: 'CA' },
    'ghcr.io': { url: 'https://10.55.0.1:5000/v2/ghcr.io', ca: 'CA' },
  },
}
const facts = { source: mirrored, registry: { ca: 'LAB CA' }, 'os of cp': { id: 'debian', codename: 'bookworm' } }
const certs = '/etc/containerd/certs.d'

test('the configuration is written before the unit that reads it, and judged after both', () => {
  expect(names(resourcesOf(containerd, { host: 'cp' }))).toEqual([
    'apt-repository docker',
    'apt-packages containerd.io',
    'apt-hold containerd.io',
    `directory ${certs}`,
    ...['ghcr.io', 'registry.k8s.io', 'registry.lab.internal'].flatMap(name => [
      `directory ${certs}/${name}`,
      `file ${certs}/${name}/ca.crt`,
      `file ${certs}/${name}/hosts.toml`,
    ]),
    'file /etc/containerd/config.toml',
    'systemd-unit containerd.service',
    'assertion containerd, runc and their configuration belong together',
  ])
})

test('every schema has systemd’s control groups, the pause image of the versions file, and the registries’ folder', () => {
  const schemas = Object.keys(supports.containerdConfig).map(minor => [minor, containerdConfig(`${minor}.0`)] as const)
  for (const [minor, text] of schemas) {
    expect(text).toContain(`\nversion = ${schemaOf(`${minor}.0`)} `)
    expect(text).toContain('SystemdCgroup = true')
    // A comment that breaks off in the middle of a sentence looks like a file that was cut.
    expect(String(text).split('\n', 1)).toEqual([expect.stringMatching(/^# .*[^ ]\.$/)])
    expect(text).toContain(`'${images.pause}'`)
    expect(text).toContain(`config_path = '${certs}'`)
  }
  const sections = (version: string) => String(containerdConfig(version)).match(/^\[.*$/gm)
  expect(sections('1.7.28')).toContain(`[plugins.'io.containerd.grpc.v1.cri'.registry]`)
  expect(sections(versions.containerd.version)).toContain(`[plugins.'io.containerd.cri.v1.images'.registry]`)
})

test('a version that nobody has looked at is refused', () => {
  expect(() => schemaOf('9.9.0')).toThrow(
    expect.objectContaining({ failure: expect.objectContaining({ code: 'version-unsupported' }) }),
  )
})

test('an upstream name is asked of the mirror first, and of upstream for what the mirror has not', () => {
  const resources = resourcesOf(containerd, { host: 'cp', facts })
  expect(onNothing(resources, `file ${certs}/registry.k8s.io/hosts.toml`)).toMatchObject({
    content: holding(`server = "https://registry.k8s.io"

[host."https://10.55.0.1:5000"]
capabilities = ["pull", "resolve"]
ca = "${certs}/registry.k8s.io/ca.crt"
`),
  })
  expect(onNothing(resources, `file ${certs}/ghcr.io/hosts.toml`)).toMatchObject({
    content: holding(`server = "https://ghcr.io"

[host."https://10.55.0.1:5000/v2/ghcr.io"]
capabilities = ["pull", "resolve"]
ca = "${certs}/ghcr.io/ca.crt"
override_path = true
`),
  })
})

test('the lab’s own name leads to the storage host and nowhere else', () => {
  const resources = resourcesOf(containerd, { host: 'cp', facts })
  expect(onNothing(resources, `file ${certs}/registry.lab.internal/hosts.toml`)).toMatchObject({
    content: holding(`server = "https://10.55.0.15:5000"
capabilities = ["pull", "resolve"]
ca = "${certs}/registry.lab.internal/ca.crt"
`),
  })
  expect(onNothing(resources, `file ${certs}/registry.lab.internal/ca.crt`)).toMatchObject({
    content: holding('LAB CA'),
  })
})

test('upstream itself is a source without mirrors', () => {
  const resources = resourcesOf(containerd, { host: 'cp', facts: { ...facts, source: { ...mirrored, mirrors: {} } } })
  expect(onNothing(resources, `file ${certs}/ghcr.io/hosts.toml`)).toMatchObject({
    content: holding('server = "https://ghcr.io"\n'),
  })
})

test('where the package is missing the assertion says so, in dash and bash alike', async () => {
  const last = resourcesOf(containerd, { host: 'cp' }).at(-1)
  if (last?.probe.of !== 'host') throw new Error('it asks the host')
  const script = last.probe.script([])
  for (const shell of ['dash', 'bash']) {
    const env = { PATH: '/nowhere' }
    const found = (await run(`/bin/${shell}`, ['-c', script], { env })).stdout.trim()
    expect(found).toMatch(/^containerd\.io none: - -, schema \S+$/)
  }
})
