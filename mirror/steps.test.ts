import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { versions } from '../kube/versions.ts'
import { everyStep } from './steps.ts'

test('names are unique, and every need stands before the step that has it', () => {
  const names = everyStep.map(step => step.name)
  expect(new Set(names).size).toBe(names.length)
  for (const [index, step] of everyStep.entries()) {
    expect(step.name).toMatch(/^[a-z][a-z0-9-]*$/)
    for (const need of step.needs) expect(everyStep.slice(0, index)).toContain(need)
  }
})

test.each([
  ['kubernetes', 'k8s.io/kubernetes', versions.kubernetes.version],
  ['etcd', 'go.etcd.io/etcd/server/v3', versions.etcd.version],
  ['coredns', 'github.com/coredns/coredns', versions.coredns.version],
  ['containerd', 'github.com/containerd/containerd/v2', versions.containerd.version],
  ['runc', 'github.com/opencontainers/runc', versions.runc.version],
  ['cni-plugins', 'github.com/containernetworking/plugins', versions.cniPlugins.version],
  ['flannel', 'github.com/flannel-io/flannel', versions.flannel.version],
])('go/%s pins the version that kube/versions.ts names', async (folder, module, version) => {
  const file = (name: string) => readFile(new URL(`./go/${folder}/${name}`, import.meta.url), 'utf8')
  expect(await file('go.mod')).toMatch(new RegExp(`^(require|\\t)\\s*${module} v${version}( // indirect)?$`, 'm'))
  expect(await file('go.sum')).toContain(`${module} v${version} h1:`)
})
