import { expect, test } from 'vitest'
import { isPrivate } from './networks.ts'

test('what is private is told from what is seen in the internet', () => {
  const networks = ['10.0.0.0/8', '10.1.2.0/24', '172.31.0.0/16', '192.168.1.7/32', '100.64.0.0/10']
  expect(networks.filter(network => !isPrivate(network))).toEqual([])
  const others = ['203.0.113.7/32', '172.32.0.0/16', '100.0.0.0/8', '0.0.0.0/0', '11.0.0.0/8', '8.0.0.0/7']
  expect(others.filter(isPrivate)).toEqual([])
})
