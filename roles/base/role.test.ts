import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { holding, names, onNothing, resourcesOf } from '../role-fixture.ts'
import { preflight } from './preflight.ts'
import { base } from './role.ts'

const run = promisify(execFile)

test('what a host must bring is looked at before anything is changed', () => {
  const found = names(resourcesOf(base, { host: 'cp' }))
  const last = found.findLastIndex(name => name.startsWith('assertion') && !name.includes('clock'))
  const first = found.findIndex(name => !name.startsWith('assertion'))
  expect(last).toBeLessThan(first)
})

test('only nodes of the cluster get a kernel set up for pods', () => {
  const forPods = ['swap off', 'kernel-modules kubernetes', 'sysctl 90-kubernetes']
  expect(names(resourcesOf(base, { host: 'worker1' })).slice(-3)).toEqual(forPods)
  for (const name of forPods) expect(names(resourcesOf(base, { host: 'nfs' }))).not.toContain(name)
})

const localhost = `127.0.0.1 localhost
::1 localhost ip6-localhost ip6-loopback
ff02::1 ip6-allnodes
ff02::2 ip6-allrouters
`

test('a host knows itself and those that all need, but no worker: one more worker changes no other host', () => {
  expect(onNothing(resourcesOf(base, { host: 'worker2' }), 'file /etc/hosts')).toMatchObject({
    content: holding(`${localhost}10.55.0.13 worker2\n10.55.0.11 cp\n10.55.0.15 nfs\n`),
  })
  expect(onNothing(resourcesOf(base, { host: 'nfs' }), 'file /etc/hosts')).toMatchObject({
    content: holding(`${localhost}10.55.0.15 nfs\n10.55.0.11 cp\n`),
  })
})

test('the scripts of preflight say the same in dash and bash, and find this machine’s disk by its limits', async () => {
  const answer = async (shell: string, script: string) => (await run(shell, ['-c', script])).stdout.trim()
  /** Others write to this machine's disk in between. */
  const form = (said: string) => said.replace(/^\d+ MiB$/, 'some MiB')
  const all = preflight({ minDiskGiB: 0, minFreeMiB: 1 << 30 })
  for (const { probe } of all) {
    if (probe.of !== 'host') throw new Error('preflight asks hosts')
    const script = probe.script([])
    expect(form(await answer('dash', script))).toBe(form(await answer('bash', script)))
  }
  const [disk, free] = all.slice(-2).map(({ probe }) => (probe.of === 'host' ? probe.script([]) : ''))
  expect(await answer('dash', disk ?? '')).toBe('enough')
  expect(await answer('dash', free ?? '')).toMatch(/^\d+ MiB$/)
})
