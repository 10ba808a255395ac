import { expect, test } from 'vitest'
import { times } from '../protocol/limits.ts'
import { Register } from './register.ts'

test('a server lives as long as it is heard, by its latest connection', () => {
  let now = 0
  const register = new Register<string>(() => now)
  register.add('x', { id: 'one', address: '10.0.0.1' })
  register.add('y', { id: 'two', address: '10.0.0.2' })
  now = times.serverSilence
  expect([register.heard('y'), register.dropSilent()]).toEqual([true, []])
  now++
  expect(register.dropSilent()).toEqual([{ connection: 'x', id: 'one', address: '10.0.0.1' }])
  expect(register.heard('x')).toBe(false)
  register.add('z', { id: 'two', address: '10.0.0.3' })
  expect(register.living).toEqual([{ id: 'two', address: '10.0.0.3' }])
  expect(register.remove('y')).toBeUndefined()
  expect(register.heard('y')).toBe(false)
  expect(register.remove('z')).toMatchObject({ id: 'two' })
  expect(register.living).toEqual([])
})
