import { expect, test } from 'vitest'
import { hostname } from './hostname.ts'
import { kernelModules, kernelModulesAbsent } from './kernel-modules.ts'
import { answerOf, obeysLaws } from './laws.ts'
import { usePrivateRoot } from './private-root-fixture.ts'
import { sysctl, sysctlAbsent } from './sysctl.ts'

const root = usePrivateRoot()
const nothing = { change: () => false }

test('network settings obey the laws, also those of several numbers', async () => {
  const wish = sysctl({ 'net.ipv4.ip_forward': 1, 'net.ipv4.ping_group_range': '10 20' }, { name: '90-lab' })
  await obeysLaws(root(), { wish })
  expect(await root().sh('cat /proc/sys/net/ipv4/ip_forward')).toBe('1')
  const { live } = (await answerOf(root(), wish).then(is => is.is === 'present' && is.state)) || {}
  expect(live).toEqual({ 'net.ipv4.ip_forward': '1', 'net.ipv4.ping_group_range': '10 20' })
})

test('a setting that is so already is wished for the next boot only, and that can be taken back', async () => {
  const wish = sysctl({ 'net.ipv4.ip_forward': 1 }, { name: '91-more' })
  const changes = wish.diff(await answerOf(root(), wish), nothing)
  expect(changes.map(change => change.attribute)).toEqual(['at boot'])
  await obeysLaws(root(), { wish, undo: sysctlAbsent('91-more') })
})

test('a setting that the kernel does not have is told as null, and fails by its name', async () => {
  const wish = sysctl({ 'net.bridge.no-such-thing': 1 }, { name: '92-none' })
  const is = await answerOf(root(), wish)
  expect(wish.diff(is, nothing)[0]).toEqual({ attribute: 'net.bridge.no-such-thing', before: null, after: '1' })
  await expect(wish.apply(root().writer, is)).rejects.toMatchObject({
    failure: { message: expect.stringContaining('set net.bridge.no-such-thing') },
  })
})

test('the host name obeys the laws', async () => {
  await obeysLaws(root(), { wish: hostname('worker-7.lab') })
  expect(await root().sh('hostname; cat /etc/hostname')).toBe('worker-7.lab\nworker-7.lab')
})

test.each(['Worker', 'a_b', '-a', 'a-', 'a..b', '', 'a'.repeat(64), 'a;b'])('host name %j is refused', name => {
  expect(() => hostname(name)).toThrow(TypeError)
})

test('a module that is part of the kernel is loaded, however its name is spelt', async () => {
  const builtin = '"/lib/modules/$(cat /proc/sys/kernel/osrelease)"'
  await root().sh(
    `mkdir -p ${builtin}; printf 'kernel/net/made-up_thing.ko\\nkernel/net/other_made-up_thing.ko\\n' >${builtin}/modules.builtin`,
  )
  const wish = kernelModules(['made_up-thing', 'not_made_up'], { name: 'lab' })
  expect(wish.diff(await answerOf(root(), wish), nothing)).toMatchObject([
    { attribute: 'not_made_up', before: null, after: 'loaded' },
    { attribute: 'at boot', before: null },
  ])
})

test('modules that are there already are wished for the next boot only', async () => {
  // No modprobe is needed for what is loaded; this machine may have none.
  await root().sh(
    'printf \'#!/bin/sh\\n[ "$*" = "-a -- made_up-thing" ]\\n\' >/usr/local/sbin/modprobe; chmod 0755 /usr/local/sbin/modprobe',
  )
  await obeysLaws(root(), { wish: kernelModules(['made_up-thing'], { name: 'lab' }), undo: kernelModulesAbsent('lab') })
})
