import { expect, test } from 'vitest'
import type { HostWish } from './host-wish.ts'
import type { SeenInstance } from './seen.ts'
import { spending } from './spending.ts'

const wish = (name: string, more: Partial<HostWish> = {}): HostWish => ({
  ...{ name, type: 't3.medium', otherTypes: [], zones: [], disk: 20, groups: [], publicAddress: true },
  ...more,
})

/** What is asked of an account that holds these instances, by host and state. */
function asked(there: Readonly<Record<string, string>>, wishes: readonly HostWish[], OwnerId?: string) {
  const seen = Object.entries(there).map(([host, state]) => ({
    id: `i-${host}`,
    lab: 'mine',
    host,
    state,
    type: 't3.micro',
  }))
  const account = {
    region: 'us-east-1',
    instances: { now: async () => seen as unknown as readonly SeenInstance[] },
    call: async () => ({ SecurityGroups: OwnerId === undefined ? [] : [{ OwnerId }] }),
  }
  const lab = { account, journal: { id: 'mine' }, once: (_: string, ask: () => Promise<unknown>) => ask() }
  return spending(lab as unknown as Parameters<typeof spending>[0], wishes)
}

test('what is made and what is started is named, with the account, the region and the price of that alone', async () => {
  const wishes = [wish('cp'), wish('worker1', { otherTypes: ['m5.large'] }), wish('nfs')]
  expect(await asked({ cp: 'running', nfs: 'stopped' }, wishes, '123456789012')).toBe(
    'make 1 instance (worker1) and start 1 instance (nfs) in account 123456789012 at AWS, us-east-1, ' +
      'for about 0.07 USD an hour, up to 0.12',
  )
  expect(await asked({ nfs: 'terminated' }, [wish('nfs', { type: 'x9.huge' })])).toBe(
    'make 1 instance (nfs) in the account of these credentials at AWS, us-east-1, ' +
      'for about 0.01 USD an hour, besides x9.huge of unknown price',
  )
})

test('where all run, nothing is spent anew', async () => {
  expect(await asked({ cp: 'running', nfs: 'pending' }, [wish('cp'), wish('nfs')])).toBeUndefined()
})
