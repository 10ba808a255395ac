import { expect, test } from 'vitest'
import { notHere } from './launch.ts'
import { serviceError } from './service-error.ts'

const refused = (name: string, message: string) =>
  serviceError(Object.assign(new Error(message), { name }), 'runInstances', 'eu-west-1')
const place = { type: 't3.small', zone: 'eu-west-1a' }

test('another place is tried for want of room, and where AWS does not support this one: that in its own words', () => {
  const full = refused('InsufficientInstanceCapacity', 'We currently do not have sufficient capacity.')
  expect(notHere(full, place)).toBe('AWS has no room for t3.small in eu-west-1a')
  const unsupported = refused('Unsupported', 'The requested configuration is\n not supported by this image.')
  const words = 'AWS refuses t3.small: The requested configuration is not supported by this image'
  expect(notHere(unsupported, { type: 't3.small', zone: undefined })).toBe(words)
  expect(notHere(refused('VcpuLimitExceeded', 'no more'), place)).toBeUndefined()
  expect(notHere(new Error('Unsupported'), place)).toBeUndefined()
})
