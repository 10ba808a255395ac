import { expect, it } from 'vitest'
import { pristineAnswer } from './pristine.ts'

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
