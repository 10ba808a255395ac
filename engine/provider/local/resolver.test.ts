import { expect, it } from 'vitest'
import { resolverFor } from './resolver.ts'

it("takes this machine's servers", () => {
  expect(resolverFor(['# made\nnameserver 10.0.0.53\noptions edns0\nnameserver fe80::1\n'])).toBe(
    'nameserver 10.0.0.53\n',
  )
})

it('looks behind a local stub', () => {
  expect(resolverFor(['nameserver 127.0.0.53\nsearch corp.example\n', 'nameserver 192.168.1.1\n'])).toBe(
    'search corp.example\nnameserver 192.168.1.1\n',
  )
})

it('falls back to public servers where all there is answers only this machine', () => {
  expect(resolverFor(['nameserver 127.0.0.1\n', ''])).toBe('nameserver 9.9.9.9\nnameserver 1.1.1.1\n')
})
