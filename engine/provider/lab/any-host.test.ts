import { expect, it } from 'vitest'
import { withName, withoutName } from './any-host.ts'

it('takes a name out of what a host answered, and puts another in', () => {
  const answer = {
    is: 'present',
    state: { live: 'cp', sha256: 'b0a6b2b1f1a25f3d9a4d3d8f4ee1ac5a6f9f5a8e9c6c2b7f0d1e2f3a4b5c6d7e', others: ['cpx'] },
  }
  expect(withName(withoutName(answer, 'cp'), 'worker1')).toEqual({
    ...answer,
    state: { ...answer.state, live: 'worker1' },
  })
})

it('knows the hash of a host name on a line of its own', () => {
  const hash = (name: string) => withName('{sha256 of host}', name)
  expect(withoutName(hash('cp'), 'cp')).toBe('{sha256 of host}')
  expect(hash('cp')).not.toBe(hash('nfs'))
})
