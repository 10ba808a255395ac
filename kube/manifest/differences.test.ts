import { expect, test } from 'vitest'
import type { AnyObject } from '../api/objects.ts'
import { differences } from './differences.ts'

const object = (fields: object): AnyObject =>
  ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, ...fields }) as AnyObject

test('leaves are named by their path, items of a list by their name', () => {
  const before = object({ spec: { replicas: 1, containers: [{ name: 'web', image: 'a', args: ['x'] }] } })
  const after = object({ spec: { containers: [{ name: 'web', image: 'b', args: ['x', 'y'] }] } })
  expect(differences(before, after)).toEqual([
    { attribute: 'spec.replicas', before: 1, after: null },
    { attribute: 'spec.containers[web].image', before: 'a', after: 'b' },
    { attribute: 'spec.containers[web].args[1]', before: null, after: 'y' },
  ])
})

test("the server's own bookkeeping is no difference", () => {
  const meta = (version: string) => ({
    name: 'x',
    resourceVersion: version,
    generation: Number(version),
    managedFields: [{ time: version }],
  })
  expect(differences(object({ metadata: meta('1'), status: 1 }), object({ metadata: meta('2'), status: 2 }))).toEqual(
    [],
  )
})

test('an empty mapping and one that is not there differ', () => {
  expect(differences(object({ spec: {} }), object({}))).toEqual([{ attribute: 'spec', before: {}, after: null }])
})

test('what a Secret holds shows as hashes', () => {
  const secret = (password: string) => object({ kind: 'Secret', data: { password } })
  const [change] = differences(secret('b2xk'), secret('bmV3'))
  expect(change?.attribute).toBe('data.password')
  expect(JSON.stringify(change)).not.toMatch(/b2xk|bmV3/)
  expect(change?.before).not.toBe(change?.after)
})
