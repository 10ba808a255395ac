import { format, inspect } from 'node:util'
import { expect, test } from 'vitest'
import { Secret } from './secret.ts'

const canary = 'c4nary-value'
const secret = new Secret(canary)
const renderings: Record<string, () => string> = {
  String: () => String(secret),
  template: () => `${secret}`,
  concatenation: () => `${secret as unknown as string}!`,
  JSON: () => JSON.stringify({ secret, list: [secret] }),
  inspect: () => inspect({ secret, deep: { list: [secret] } }, { depth: null, showHidden: true }),
  format: () => format('%s %o %O %j', secret, secret, secret, secret),
  keys: () => JSON.stringify([Object.entries(secret), Object.assign({}, secret), { ...secret }]),
  clone: () => inspect(structuredClone(secret)),
  error: () => inspect(new Error(`failed with ${secret}`, { cause: secret })),
}

for (const [name, render] of Object.entries(renderings)) {
  test(`${name} does not show a secret`, () => {
    expect(render()).not.toContain(canary)
  })
}

test('it is given out when asked for by name', () => {
  expect(secret.reveal()).toBe(canary)
})
