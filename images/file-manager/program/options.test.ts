import { expect, test } from 'vitest'
import { address, listenAddress, number, readArguments, UsageError } from './options.ts'

test('flags stand over their defaults, and what is not known is refused', () => {
  const defaults = { quota: '5Gi', health: false }
  expect(readArguments(['--quota', '1Mi', 'broker'], defaults)).toEqual({
    flags: { quota: '1Mi', health: false },
    positionals: ['broker'],
  })
  expect(() => readArguments(['--nonsense'], defaults)).toThrow(UsageError)
  expect(() => readArguments(['--nonsense'], defaults)).toThrow(/nonsense/)
  expect(() => readArguments(['--quota'], defaults)).toThrow(UsageError)
})

test('numbers are whole, and may count in powers of 1024', () => {
  expect(['512', '4Ki', '1Gi'].map(text => number('quota', text))).toEqual([512, 4096, 2 ** 30])
  for (const text of ['much', '', '-1', '1.5', '4G', '9'.repeat(16), '999999999999999Ti'])
    expect(() => number('quota', text)).toThrow(/--quota takes a number/)
})

test('addresses have a host, and to listen on a port is enough', () => {
  expect(address('the broker', 'broker.here', 7070)).toEqual({ host: 'broker.here', port: 7070 })
  expect(address('the broker', 'broker.here:81', 7070)).toEqual({ host: 'broker.here', port: 81 })
  expect(() => address('the broker', 'a b', 7070)).toThrow(/the broker is HOST or HOST:PORT, not a b/)
  expect([listenAddress('7070'), listenAddress('127.0.0.1:0')]).toEqual([
    { port: 7070 },
    { host: '127.0.0.1', port: 0 },
  ])
  for (const text of ['65536', '127.0.0.1:65536', 'here', ''])
    expect(() => listenAddress(text)).toThrow(/--listen takes PORT or HOST:PORT/)
})
