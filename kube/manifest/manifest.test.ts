import { expect, test } from 'vitest'
import type { Change, Json } from '../../engine/report/events.ts'
import { Late } from '../../engine/resource/late.ts'
import { readTexts } from '../../engine/resource/show-texts.ts'
import type { AnyObject } from '../api/objects.ts'
import type { ClusterReader } from '../api/reader.ts'
import { manifest } from './manifest.ts'
import { owned } from './ownership.ts'

const owner = 'lab.probe'

/** What a run with `--diff` tells of an object that stands as `live` and would become `next`. */
async function told(
  live: AnyObject | undefined,
  next: AnyObject,
  wish: () => AnyObject | Late<unknown> = () => next,
): Promise<readonly Change[]> {
  const { apiVersion, kind, metadata } = next
  const ref = { apiVersion, kind, name: metadata.name }
  const resource = manifest({ ref, owner, file: 'probe/20-it.yaml', wish })
  const reader: Pick<ClusterReader, 'get' | 'dryRun'> = {
    get: async () => live as never,
    dryRun: async object => ({ ...object, metadata: { ...object.metadata, ...versionOf(live) } }),
  }
  if (resource.probe.of !== 'api') expect.fail()
  const answer = await resource.probe.read(reader)
  if (answer.is === 'unknown') expect.fail(answer.why)
  const explain = await readTexts(new Map([[resource, answer]]), () => expect.fail('nothing is to be read for this'))
  return explain(resource, resource.diff(answer, { change: () => false }))
}

const versionOf = (live: AnyObject | undefined) =>
  live?.metadata.resourceVersion === undefined ? {} : { resourceVersion: live.metadata.resourceVersion }

const object = (kind: string, fields: { readonly [field: string]: Json }): AnyObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'it' },
  ...fields,
})
const standing = (made: AnyObject): AnyObject => {
  const { metadata, ...rest } = owned(made, owner)
  return { ...rest, metadata: { ...metadata, uid: '1', resourceVersion: '7' }, status: { seen: true } } as AnyObject
}

test('an object that differs shows as YAML, whole, once, without the bookkeeping of its server', async () => {
  const [first, ...others] = await told(
    standing(object('ConfigMap', { data: { a: '1', b: '1' } })),
    object('ConfigMap', { data: { a: '2', b: '2' } }),
  )
  expect(first?.attribute).toBe('data.a')
  expect(first?.text).toContain('   labels:\n')
  expect(first?.text).toContain(' data:\n-  a: "1"\n-  b: "1"\n+  a: "2"\n+  b: "2"\n')
  expect(first?.text).toMatch(/^--- probe\/20-it\.yaml\n/)
  expect(first?.text).not.toMatch(/resourceVersion|uid|seen/)
  expect(others.map(({ attribute, text }) => [attribute, text])).toEqual([['data.b', undefined]])
})

test('a new one shows as additions', async () => {
  const [change] = await told(undefined, object('ConfigMap', { data: { a: '1' } }))
  expect(change).toMatchObject({ attribute: 'object', before: null, after: 'probe/20-it.yaml' })
  expect(change?.text).toMatch(/^--- \/dev\/null\n\+\+\+ probe\/20-it\.yaml\n(@@.*\n)(\+.*\n)+$/)
})

test('one that holds what is not known yet says so in place of its text, once', async () => {
  const next = object('ConfigMap', { data: { server: '10.0.0.1' } })
  const late = new Late<AnyObject>('address of nfs', () => undefined)
  const [created] = await told(undefined, next, () => late)
  expect(created).toMatchObject({ attribute: 'object', noText: 'address of nfs is known after create' })
  const [changed] = await told(standing(next), next, () => late)
  expect(changed).toEqual({ attribute: 'object', before: 'applied', after: { late: 'address of nfs' } })
  const known = await told(undefined, next, () => new Late<AnyObject>('address of nfs', () => next))
  expect(known[0]?.text).toContain('+  server: 10.0.0.1\n')
})

test('what a Secret holds shows as hashes, new or changed, also where kubectl keeps it once more', async () => {
  const secret = (password: string) =>
    object('Secret', { type: 'Opaque', data: { password }, stringData: { password } })
  const noted = standing(secret('b2xkIHBhc3M='))
  const live = {
    ...noted,
    metadata: {
      ...noted.metadata,
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"password":"b2xkIHBhc3M="}' },
    },
  }
  const changed = await told(live, secret('bmV3IHBhc3M='))
  const created = await told(undefined, secret('bmV3IHBhc3M='))
  expect(JSON.stringify([changed, created])).not.toMatch(/b2xkIHBhc3M|bmV3IHBhc3M/)
  expect(changed[0]?.text ?? changed[1]?.text).toMatch(/- {2}password: sha256:[0-9a-f]{16}\n\+ {2}password: sha256:/)
  expect(created[0]?.text).toMatch(/\+type: Opaque\n/)
})

test('what a controller writes between the two reads is not taken for a change of ours', async () => {
  const wanted = owned(object('ConfigMap', { data: { a: '1' } }), owner)
  const at = (resourceVersion: string, annotations?: Record<string, string>): AnyObject => ({
    ...wanted,
    metadata: { ...wanted.metadata, ...(annotations && { annotations }), resourceVersion },
  })
  const numbered = at('8', { revision: '1' })
  const [live, next] = [
    [at('7'), numbered],
    [numbered, numbered],
  ]
  const reader = { get: async () => live.shift() as never, dryRun: async () => next.shift() }
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', name: 'it' }
  const { probe } = manifest({ ref, owner, file: 'probe/20-it.yaml', wish: () => wanted })
  if (probe.of !== 'api') expect.fail()
  expect(await probe.read(reader)).toMatchObject({ is: 'present', state: { differs: [] } })
  expect([live, next]).toEqual([[], []])
})
