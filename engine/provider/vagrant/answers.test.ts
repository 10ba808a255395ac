import fc from 'fast-check'
import { expect, it } from 'vitest'
import { AndamioError } from '../../errors.ts'
import { toolFailed } from '../tool/call-tool.ts'
import answers from './fixtures/answers.json' with { type: 'json' }
import complaints from './fixtures/complaints.json' with { type: 'json' }
import { readGuest } from './guest.ts'
import { complaint } from './machine-readable.ts'
import { readSshConfig } from './ssh-config.ts'
import { readStatus } from './status.ts'
import { guestOf } from './testing/stand-in.ts'
import { vagrant } from './tool.ts'

const status = (text: string) =>
  [...readStatus(text).values()].map(({ name, provider, state }) => [name, provider, state])
const logins = (text: string) =>
  [...readSshConfig(text)].map(([name, { hostName, port, user, identityFiles, proxyCommand = null }]) => [
    ...[name, hostName, port, user, identityFiles, proxyCommand],
  ])

it.each(Object.entries(answers.status))('reads vagrant status: %s', (_, { text, reads }) => {
  expect(status(text)).toEqual(reads)
})

it.each(Object.entries(answers['ssh-config']))('reads vagrant ssh-config: %s', (_, { text, reads }) => {
  expect(logins(text)).toEqual(reads)
})

const odd = (cause: RegExp) =>
  expect.objectContaining({
    failure: expect.objectContaining({ code: 'tool-answer-odd', cause: expect.stringMatching(cause) }),
  })

it.each([
  ['', /names no machine/],
  ['Current machine states:\n\ncp   running (virtualbox)\n', /names no machine/],
  ['1763660000,cp,metadata,provider,virtualbox\n', /no state of cp/],
])('shows a status that is none: %s', (text, cause) => {
  expect(() => readStatus(text)).toThrow(odd(cause))
})

it.each([
  ['', /names no host/],
  ['cp1 is not ready\n', /names no host/],
  ['Host cp1\n  HostName 127.0.0.1\n', /lacks its/],
  ['Host cp1\n  HostName 127.0.0.1\n  User vagrant\n  Port http\n', /lacks its/],
])('shows an ssh-config that is none: %s', (text, cause) => {
  expect(() => readSshConfig(text)).toThrow(odd(cause))
})

it('reads of a machine its keys, its cards and its way out', () => {
  const extra = `${guestOf('192.168.56.10')}4: docker0    inet 172.17.0.1/16 scope global docker0\nssh-rsa AAAA broken\n`
  expect(readGuest('cp', extra)).toEqual({
    hostKeys: [expect.stringMatching(/^ssh-ed25519 AAAAC3/)],
    addresses: [
      { card: 'eth0', address: '10.0.2.15', real: true },
      { card: 'eth1', address: '192.168.56.10', real: true },
      { card: 'docker0', address: '172.17.0.1', real: false },
    ],
    defaultCard: 'eth0',
  })
  expect(() => readGuest('cp', 'bash: cat: command not found')).toThrow(odd(/no host key/))
})

it.each(complaints)('reads what Vagrant 2.3.4 complains of, and knows what to do: $next', ({
  stdout,
  stderr,
  cause,
  next,
}) => {
  const result = { code: 1, stdout: Buffer.from(stdout), stderr }
  expect(toolFailed(vagrant, ['up'], result, complaint(stdout, stderr)).failure).toMatchObject({
    cause: expect.stringContaining(cause),
    next: expect.stringContaining(next),
  })
})

it('never gets past: answers with pieces cut out, doubled, or put in', () => {
  const kinds = [
    ...Object.values(answers.status).map(({ text }) => [status, text] as const),
    ...Object.values(answers['ssh-config']).map(({ text }) => [logins, text] as const),
    [(text: string) => readGuest('cp', text), guestOf('192.168.56.10')] as const,
  ]
  const cut = fc.tuple(fc.constantFrom(...kinds), fc.nat(600), fc.nat(60), fc.string({ maxLength: 8 }))
  fc.assert(
    fc.property(cut, ([[read, text], from, length, put]) => {
      try {
        read(text.slice(0, from) + put + text.slice(from + length))
      } catch (error) {
        expect(error).toBeInstanceOf(AndamioError)
      }
    }),
    { numRuns: 5000 },
  )
})
