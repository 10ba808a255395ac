import { expect, it } from 'vitest'
import { pristineAnswer, withName, withoutName } from './pristine.ts'

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

it('answers for a host whose name stands in the id', () => {
  expect(pristineAnswer('worker9', 'kubeadm-join', 'worker9')).toEqual(
    pristineAnswer('worker1', 'kubeadm-join', 'worker1'),
  )
})

it('knows that nothing lies where nobody has put anything, for paths are the inventory’s to choose', () => {
  for (const path of ['/srv/share', '/data', '/mnt/nfs-share/part', '/home/debianer'])
    expect(pristineAnswer('nfs', 'directory', path)).toEqual({ is: 'absent' })
  expect(pristineAnswer('nfs', 'nfs-export', '/srv/share')).toEqual({
    is: 'present',
    state: { exported: {}, file: null },
  })
})

it('does not answer for what nobody has recorded', () => {
  expect(pristineAnswer('cp', 'file', '/etc/nobody-asked')).toBeUndefined()
  expect(pristineAnswer('cp', 'directory', '/home/debian/share')).toBeUndefined()
  expect(pristineAnswer('cp', 'command', '/srv/share')).toBeUndefined()
})
