import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect as connectPlain } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { credentialsOf } from '../protocol/credentials.ts'
import { dial } from '../protocol/dial.ts'
import { whyNotName } from '../protocol/names.ts'
import { sendMutated } from '../testing/fuzz.ts'
import { attacks, oddName } from '../testing/odd-names.ts'
import { Random } from '../testing/random.ts'
import { everythingIn, serving } from '../testing/serving.ts'
import { answersTo, sessionBytes } from '../testing/split.ts'
import { get, put } from '../testing/transfer.ts'

const { made, folder, server, session, lines } = serving()

// The whole of this is `npm run e2e:file-manager`; this is what fits into seconds. A failure names its seed.
const random = new Random()
const hello = { versions: [1, 2], role: 'client', token: made.clientToken }

test(`thousands of mutated frames leave the server as it was (seed ${random.seed})`, async () => {
  const data = folder()
  const { port, guests } = await server(data, { credentials: credentialsOf(made.folder, true) })
  let mutated = 0
  while (mutated < 2000)
    for (const each of await Promise.all(
      Array.from({ length: 20 }, () => sendMutated(random, connectPlain({ host: '127.0.0.1', port }), hello)),
    ))
      mutated += each
  await expect.poll(() => guests.size).toBe(0)
  expect(lines.filter(line => line.includes('internal'))).toEqual([])
  const kept = everythingIn(data).filter(name => !name.startsWith('.andamio-partial-'))
  expect(kept.filter(name => !/^fuzz-\d+$/.test(name) && whyNotName(name) !== undefined)).toEqual([])
})

test('a session is the same session wherever its bytes are split', async () => {
  const { port } = await server(folder())
  const bytes = sessionBytes(hello)
  const split = async (...at: number[]): Promise<string[]> => {
    const cuts = [0, ...at, bytes.length]
    const parts = cuts.slice(1).map((cut, i) => bytes.subarray(cuts[i], cut))
    return answersTo(await dial({ host: '127.0.0.1', port }, made.authority), parts)
  }
  const whole = await split()
  expect(whole).toEqual([
    '0 pong',
    '0 welcome',
    '1 response',
    '2 response',
    '3 response',
    '5 response',
    '6 data',
    '6 response',
    '7 error',
  ])
  for (let at = 1 + random.number(9); at < bytes.length; at += 9) expect(await split(at)).toEqual(whole)
})

test(`odd names stay one file in their folder, or are refused (seed ${random.seed})`, async () => {
  const top = folder()
  const data = join(top, 'data')
  mkdirSync(data)
  writeFileSync(join(top, 'outside'), 'kept')
  const opened = await session(await server(data))
  const kept = new Set<string>()
  const names = [...attacks, ...Array.from({ length: 700 }, () => oddName(random))]
  await Promise.all(
    names.map(async name => {
      try {
        await put(opened, name, Buffer.from('x'))
        kept.add(name)
      } catch (error) {
        expect(error).toMatchObject({ errorCode: expect.stringMatching(/^name$/) })
      }
      if (!kept.has(name)) await expect(get(opened, name)).rejects.toThrow()
    }),
  )
  expect([...kept].filter(name => whyNotName(name) !== undefined)).toEqual([])
  expect(readdirSync(data).sort()).toEqual([...kept].sort())
  expect([readdirSync(top).sort(), readFileSync(join(top, 'outside'), 'utf8')]).toEqual([['data', 'outside'], 'kept'])
  expect(kept.size).toBeGreaterThan(100)
  expect(existsSync('/tmp/outside')).toBe(false)
})
