import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { Journal, visibilitySeconds } from './journal.ts'
import { tokenOf } from './launch.ts'
import { userData } from './user-data.ts'

const folder = mkdtempSync(join(tmpdir(), 'andamio-journal-'))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('what was asked for is known to the next run, by the same nonce, until it can no longer come', () => {
  let now = 1_000_000
  const clock = { now: () => now, sleep: async () => undefined }
  const first = new Journal(folder, clock)
  expect(() => first.ask('x')).toThrow('before the lab has an id')
  first.begin()
  expect(statSync(first.file).mode & 0o777).toBe(0o600)
  const asked = first.ask('instance of cp')
  now += 100_000
  const second = new Journal(folder, clock)
  expect(second.id).toBe(first.id)
  expect(second.awaited).toEqual(['instance of cp'])
  expect(second.ask('instance of cp')).toMatchObject({ nonce: asked.nonce, since: asked.since, at: now })
  expect(second.next('instance of cp', 2)).toMatchObject({ nonce: asked.nonce, attempt: 2 })
  expect(second.askAnew('instance of cp').nonce).not.toBe(asked.nonce)
  now += visibilitySeconds * 1000
  expect(second.awaited).toEqual([])
  second.settled('instance of cp')
  expect(first.pending('instance of cp')).toBeUndefined()
})

test('a token is the same for the same wish alone, and short enough for AWS', () => {
  const token = tokenOf('lab', 'cp', 'aa', 0)
  expect(tokenOf('lab', 'cp', 'aa', 0)).toBe(token)
  const others = [tokenOf('bal', 'cp', 'aa', 0), tokenOf('lab', 'nfs', 'aa', 0), tokenOf('lab', 'cp', 'ab', 0)]
  expect(new Set([token, ...others, tokenOf('lab', 'cp', 'aa', 1)]).size).toBe(5)
  expect(token).toMatch(/^[0-9a-f]{64}$/)
})

test('user data is small, and holds the key of the host and nothing else that is secret', () => {
  const text = userData({ host: 'cp', hostKey: { private: 'PRIVATE\n"quoted"\n', public: 'ssh-ed25519 AAAA' } })
  const [head, body = ''] = text.split('\n')
  expect(head).toBe('#cloud-config')
  expect(JSON.parse(body)).toEqual({
    hostname: 'cp',
    preserve_hostname: false,
    ssh_deletekeys: true,
    ssh_keys: { ed25519_private: 'PRIVATE\n"quoted"\n', ed25519_public: 'ssh-ed25519 AAAA' },
  })
  expect(userData({ host: 'cp', expires: '2026-11-21T20:00:00.000Z' }).length).toBeLessThan(4096)
})
