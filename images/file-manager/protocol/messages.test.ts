import { describe, expect, test } from 'vitest'
import { anyRequest, errorBody, hello, parse } from './messages.ts'

const payload = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

describe('a message', () => {
  test('may have fields that a later version knows', () => {
    expect(parse(anyRequest, payload({ type: 'list', limit: 3, colour: 'red' }), 'request')).toEqual({
      type: 'list',
      limit: 3,
    })
  })

  test.each([
    ['not UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['not JSON', Buffer.from('{"type":')],
    ['nothing', Buffer.alloc(0)],
    ['null', payload(null)],
    ['an unknown request', payload({ type: 'remove', name: 'a' })],
    ['a number for a name', payload({ type: 'download', name: 7 })],
    ['a negative size', payload({ type: 'partial', name: 'a', size: -1, upload: '0'.repeat(64) })],
    ['a size beyond all numbers', Buffer.from('{"type":"partial","name":"a","size":1e400,"upload":""}')],
    ['a broken sum', payload({ type: 'partial', name: 'a', size: 1, upload: 'xyz' })],
    ['its own prototype', Buffer.from('{"__proto__":{"type":"locate"}}')],
  ])('is refused when it is %s', (_, bytes) => {
    expect(() => parse(anyRequest, bytes, 'request')).toThrow(expect.objectContaining({ errorCode: 'bad-message' }))
  })

  test('names a host without room for anything else', () => {
    const said = (host: string) => hello.safeParse({ versions: [1], role: 'client', host }).success
    expect(['node-1.lab', '10.55.0.2', '::1', '[fe80::1%eth0]'].map(said)).toEqual([true, true, true, true])
    expect(['a b', 'a\n', '', 'x'.repeat(256), '<a>'].map(said)).toEqual([false, false, false, false, false])
  })

  test('takes an error of a later version for one that was not foreseen', () => {
    expect(parse(errorBody, payload({ code: 'moon-phase', message: 'm' }), 'error').code).toBe('internal')
  })
})
