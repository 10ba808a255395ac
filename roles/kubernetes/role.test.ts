import { expect, test } from 'vitest'
import { names, onNothing, resourcesOf } from '../role-fixture.ts'
import { kubernetes } from './role.ts'

test('packages come from the minor’s own repository, in the version of the versions file, and are held', () => {
  const resources = resourcesOf(kubernetes, { host: 'cp' })
  expect(names(resources)).toEqual([
    'apt-repository kubernetes',
    'apt-packages kubeadm kubelet kubectl kubernetes-cni',
    'apt-hold kubeadm kubelet kubectl kubernetes-cni',
    'systemd-unit kubelet.service',
  ])
  expect(onNothing(resources, 'apt-packages kubeadm kubelet kubectl kubernetes-cni')).toEqual({
    kubeadm: expect.stringMatching(/^1\.\d+\.\d+$/),
    kubelet: expect.stringMatching(/^1\.\d+\.\d+$/),
    kubectl: expect.stringMatching(/^1\.\d+\.\d+$/),
    'kubernetes-cni': expect.stringMatching(/^\d+\.\d+\.\d+$/),
  })
})

test('the kubelet starts at boot; whether it runs is not this role’s business', () => {
  expect(onNothing(resourcesOf(kubernetes, { host: 'cp' }), 'systemd-unit kubelet.service')).toEqual({ enabled: true })
})

test('before the source is known the plan is whole, with what comes late named', () => {
  const changes = onNothing(resourcesOf(kubernetes, { host: 'cp' }), 'apt-repository kubernetes')
  expect(changes.source).toEqual({ late: 'source of kubernetes' })
})
