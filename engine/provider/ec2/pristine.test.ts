import { expect, test } from 'vitest'
import { pristineInstance } from './pristine.ts'

test('of a host that does not exist yet only that is told which is sure on its image', () => {
  const told = (kind: string, id: string) => pristineInstance('cp', kind, id)
  expect(told('apt-packages', 'nfs-common')).toEqual({ is: 'absent' })
  expect(told('own-host-key', 'cp')).toEqual({ is: 'absent' })
  expect(told('systemd-unit', 'andamio-ends.timer')).toEqual({ is: 'absent' })
  expect(told('hostname', 'hostname')).toMatchObject({ is: 'present', state: { live: 'cp' } })
  expect(told('assertion', 'systemd runs the host')?.is).toBe('present')
  // There they differ: a kernel that has all built in is no kernel of Ubuntu.
  expect(told('kernel-modules', 'kubernetes')).toBeUndefined()
  expect(told('file', '/etc/hosts')).toBeUndefined()
  expect(pristineInstance('cp', 'apt-packages', 'nfs-common', true)).toBeUndefined()
  expect(told('file', '/opt/of/nobody')).toEqual({ is: 'absent' })
})
