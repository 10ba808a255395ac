import { expect, test } from 'vitest'
import type { HostWish } from './host-wish.ts'
import type { SeenInstance } from './seen.ts'
import { stillThere } from './still-there.ts'

const seen = (host: string, more: Partial<SeenInstance> = {}): SeenInstance => ({
  ...{ id: `i-${host}`, lab: 'mine', host, state: 'running', type: 't3.medium', image: '', token: undefined },
  ...{ reason: undefined, address: undefined, publicAddress: undefined, groups: [], launched: undefined },
  ...{ metadata: { tokens: 'required', hops: 1 }, expires: undefined, atEnd: undefined },
  ...{ zone: undefined, disk: undefined, volume: undefined },
  ...more,
})
const wish = (name: string): HostWish => ({
  ...{ name, type: 't3.medium', otherTypes: [], zones: [], disk: 20, groups: [], publicAddress: true },
})
const wishes = ['cp', 'worker1', 'nfs'].map(wish)

const told = (instances: readonly SeenInstance[] | undefined, awaited: readonly string[] = []) => {
  const account = { region: 'us-east-1', lastInstances: instances }
  const journal = { id: 'mine', mayCome: (what: string) => awaited.some(host => what.endsWith(host)) }
  const lab = { name: 'test', account, journal } as unknown as Parameters<typeof stillThere>[0]
  return stillThere(lab, wishes, 'npx zx playbooks/down.mjs --inventory ec2')
}

test('what is there is told by name, with its price and what ends it', () => {
  const instances = [
    seen('cp'),
    // Launched a moment ago: its address is still to come, and is paid for.
    seen('worker1', { state: 'pending' }),
    seen('nfs', { state: 'stopped', type: 'x9.huge' }),
    seen('old', { state: 'terminated' }),
    seen('theirs', { lab: 'another' }),
  ]
  const { text = '', data } = told(instances) ?? {}
  expect(text).toBe(
    '2 instances of the lab test run in us-east-1: cp i-cp, worker1 i-worker1. nfs i-nfs is stopped, and its disk kept. ' +
      'That costs about 0.10 USD an hour. To remove it all: npx zx playbooks/down.mjs --inventory ec2',
  )
  expect(data).toMatchObject({
    instances: [{ id: 'i-cp' }, { id: 'i-worker1', state: 'pending' }, { id: 'i-nfs' }],
    remove: 'npx zx playbooks/down.mjs --inventory ec2',
  })
})

test('what was asked for and is not seen is told, a price that is not known, and an end that nobody has set', () => {
  expect(told([seen('cp', { type: 'x9.huge', expires: '2026-11-21T12:00:00.000Z' })], ['cp', 'nfs'])?.text).toMatch(
    /^1 instance of the lab test runs in us-east-1: cp i-cp\. nfs was asked for and may still come\. .*besides x9\.huge, whose price is not known here\. .*only those that up has logged in to end by themselves/,
  )
  expect(told([], ['cp'])?.text).toMatch(/^cp was asked for and may still come\. To remove it all:/)
})

test('of nothing there is nothing to tell, nor of what was never read', () => {
  expect(told([seen('cp', { state: 'shutting-down' })])).toBeUndefined()
  expect(told(undefined)).toBeUndefined()
})
