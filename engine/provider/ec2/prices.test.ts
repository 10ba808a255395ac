import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { foreseenCost, foreseenWords } from './foreseen-cost.ts'
import { estimate, pricedTypes, pricesOf } from './prices.ts'

const projectFile = (path: string) => readFile(new URL(`../../../${path}`, import.meta.url), 'utf8')
const hourOf = (type: string) => estimate('us-east-1', [{ type, disk: 0, publicAddress: false }]).hourly

test('types cost what AWS asks for them', () => {
  // One of each family, and both ends of one.
  const known = {
    't3.nano': 0.0052,
    't3.micro': 0.0104,
    't3.2xlarge': 0.3328,
    't3a.small': 0.0188,
    'm5.xlarge': 0.192,
    'm6i.large': 0.096,
    'm7i.2xlarge': 0.4032,
    'c5.xlarge': 0.17,
    'c6i.2xlarge': 0.34,
    'c7i.xlarge': 0.1785,
    'r5.large': 0.126,
    'r6i.xlarge': 0.252,
  }
  for (const [type, price] of Object.entries(known)) expect(hourOf(type), type).toBeCloseTo(price, 6)
  const familiesOf = (types: readonly string[]) => [...new Set(types.map(type => type.split('.')[0]))].sort()
  expect(familiesOf(Object.keys(known))).toEqual(familiesOf(pricedTypes))
})

test('every type that the project names has its price, and the table its date', async () => {
  const texts = await Promise.all(
    ['inventory/ec2.yaml', 'docs/ec2.md', 'engine/provider/ec2/needs.ts', 'README.md'].map(projectFile),
  )
  const named = new Set(
    texts.flatMap(text => text.match(/\b[a-z]+\d[a-z]*\.(?:nano|micro|small|medium|\d*x?large)\b/g) ?? []),
  )
  expect(named.size).toBeGreaterThanOrEqual(3)
  expect([...named].filter(type => !pricedTypes.includes(type))).toEqual([])
  expect(pricesOf).toMatch(/^20\d\d-(0[1-9]|1[0-2])$/)
})

test('the inventory that comes with the project says what its hosts cost', async () => {
  const text = await projectFile('inventory/ec2.yaml')
  const { ec2, hosts } = parse(text) as { ec2: { region: string }; hosts: Record<string, { type: string }> }
  const all = Object.entries(hosts).flatMap(([name, { type }]) =>
    Array.from({ length: name.includes('[1:3]') ? 3 : 1 }, () => ({
      name,
      type,
      otherTypes: [],
      disk: 20,
      publicAddress: true,
    })),
  )
  expect(all).toHaveLength(5)
  const cost = foreseenCost(ec2.region, all)
  expect(text).toContain(`about ${cost.wished.hourly.toFixed(2)} USD`)
  expect(foreseenWords(cost)).toMatch(
    new RegExp(`^about ${cost.wished.hourly.toFixed(2)} USD an hour, \\d+ USD a month`),
  )
})

test('a type without a price is told, and counts as nothing; one that is stopped costs its disk alone', () => {
  const hosts = [
    { type: 'x9.huge', disk: 73, publicAddress: false },
    { type: 't3.small', disk: 0, publicAddress: true },
  ]
  const cost = estimate('us-east-1', hosts)
  expect(cost.unpriced).toEqual(['x9.huge'])
  expect(cost.hourly).toBeCloseTo((73 * 0.08) / 730 + 0.0208 + 0.005, 6)
  expect(foreseenWords({ wished: cost, most: cost, hours: 2, stopping: { hosts: [], hourly: 0 } })).toContain('x9.huge')
  expect(estimate('us-east-1', [{ type: 't3.small', disk: 73, publicAddress: false }], { disksAlone: true })).toEqual({
    hourly: (73 * 0.08) / 730,
    unpriced: [],
  })
  expect(estimate('af-south-1', [hosts[1] as (typeof hosts)[1]]).hourly).toBeCloseTo(0.0208 * 1.25 + 0.005, 6)
})
