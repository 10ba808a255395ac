import { expect, it } from 'vitest'
import { parseInventory } from './parse.ts'
import { InventoryError } from './problems.ts'

const refused = (provider: string, count: number): readonly string[] => {
  const size = provider === 'local' ? 'memory: 1G, cpus: 1' : ''
  return told(
    provider,
    Array.from({ length: count }, (_, i) => `  h${i}: { ${size || `address: 10.0.${i >> 8}.${i & 255}`} }\n`),
  )
}

function told(provider: string, hosts: readonly string[]): readonly string[] {
  try {
    parseInventory('lab.yaml', `lab: many\nprovider: ${provider}\nhosts:\n${hosts.join('')}`, { roleVars: {} })
    return []
  } catch (error) {
    if (!(error instanceof InventoryError)) throw error
    return error.problems.map(({ message }) => message)
  }
}

it('takes a thousand hosts that are there, and a quarter of that to make', () => {
  expect(refused('static', 1000)).toEqual([])
  expect(refused('static', 1001)).toEqual(['holds 1001 hosts, more than 1000'])
  expect(refused('local', 250)).toEqual([])
  expect(refused('local', 251)).toEqual(['holds 251 hosts, more than 250'])
})

it('takes as many as a range', () => {
  expect(told('static', ['  w[1:1000]: { address: "w[1:1000].example" }\n'])).toEqual([])
  expect(told('local', ['  w[1:300]: { memory: 1G, cpus: 1 }\n'])).toEqual(['holds 300 hosts, more than 250'])
})
