import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { type HealthPort, openHealthPort } from './health-port.ts'
import { Readiness } from './readiness.ts'

const open: { close(): void }[] = []
afterEach(() => {
  for (const each of open.splice(0)) each.close()
})

async function port(ask: () => Promise<void>): Promise<HealthPort> {
  const readiness = new Readiness(ask, () => undefined, 50)
  await readiness.start(10)
  const health = await openHealthPort({ host: '127.0.0.1', port: 0 }, readiness, 250)
  open.push(health, { close: () => readiness.stop() })
  return health
}

const ask = async ({ port }: HealthPort) => {
  const answer = await fetch(`http://127.0.0.1:${port}/`)
  return [answer.status, await answer.text()]
}

test('it answers as the storage does, and follows it', async () => {
  let hangs = false
  const health = await port(() => (hangs ? new Promise(() => undefined) : Promise.resolve()))
  expect(await ask(health)).toEqual([200, 'ready\n'])
  hangs = true
  await expect.poll(() => ask(health)).toEqual([503, expect.stringMatching(/^the storage has not answered for/)])
})

test('a storage that fails is told as it fails', async () => {
  const health = await port(() => Promise.reject(Object.assign(new Error('no'), { code: 'ESTALE' })))
  expect(await ask(health)).toEqual([503, 'the storage fails with ESTALE\n'])
})

test('those who ask and say nothing more do not keep others from asking', async () => {
  const health = await port(() => Promise.resolve())
  const silent = connect(health.port, '127.0.0.1')
  open.push({ close: () => silent.destroy() })
  await once(silent, 'connect')
  silent.write('GET / HTTP/1.1\r\n')
  expect(await ask(health)).toEqual([200, 'ready\n'])
  const ended = once(silent, 'close')
  silent.resume()
  await ended
})
