import { expect, test } from 'vitest'
import { keyIn } from './console-key.ts'

const blob = (fill: string) => `AAAAC3NzaC1lZDI1NTE5AAAAI${fill.repeat(43)}`
const framed = (...lines: readonly string[]) =>
  ['-----BEGIN SSH HOST KEY KEYS-----', ...lines, '-----END SSH HOST KEY KEYS-----'].join('\n')

test('the host key is read as cloud-init prints it, among all else', () => {
  const key = `ssh-ed25519 ${blob('a')}`
  const rsa = `ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ${'c'.repeat(340)} root@cp`
  expect(keyIn(`[  0.0] Linux\n${framed(rsa, `${key} root@cp`)}\ncp login:`)).toBe(key)
  const prefixed = framed(`[   21.5] cloud-init[512]: ${key} root@cp`)
  expect(keyIn(prefixed)).toBe(key)
})

test('of several the first: later ones anybody may have printed', () => {
  const [own, other] = [`ssh-ed25519 ${blob('a')}`, `ssh-ed25519 ${blob('b')}`]
  expect(keyIn(`${framed(own)}\n${framed(other)}`)).toBe(own)
})

test('nothing that is no key, or not between the marks, is taken for one', () => {
  expect(keyIn('')).toBeUndefined()
  expect(keyIn(`ssh-ed25519 ${blob('a')} root@cp`)).toBeUndefined()
  expect(keyIn(framed('no key'))).toBeUndefined()
  expect(keyIn(framed(`ssh-ed25519 ${blob('a').slice(0, 60)}`))).toBeUndefined()
  expect(keyIn(framed(`ssh-ed25519 ${blob('a')}aaaa`))).toBeUndefined()
  expect(keyIn(`-----BEGIN SSH HOST KEY KEYS-----\nssh-ed25519 ${blob('a')}\n`)).toBeUndefined()
})
