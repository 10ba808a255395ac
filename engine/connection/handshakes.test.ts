import { expect, test } from 'vitest'
import { inTurnAt } from './handshakes.ts'

test('logins at one sshd are ten at once, those at others do not wait for them', async () => {
  const begun: string[] = []
  let release: () => void = () => undefined
  const released = new Promise<void>(resolve => {
    release = resolve
  })
  const logins = ['192.0.2.1', '192.0.2.2'].flatMap(address =>
    Array.from({ length: 12 }, () =>
      inTurnAt({ address, port: 22 }, async () => {
        begun.push(address)
        await released
      }),
    ),
  )
  const other = inTurnAt({ address: '192.0.2.1', port: 2222 }, async () => 'another sshd')
  expect(await other).toBe('another sshd')
  const begunAt = (address: string): number => begun.filter(each => each === address).length
  expect([begunAt('192.0.2.1'), begunAt('192.0.2.2')]).toEqual([10, 10])
  release()
  await Promise.all(logins)
  expect([begunAt('192.0.2.1'), begunAt('192.0.2.2')]).toEqual([12, 12])
})
