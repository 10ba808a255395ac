import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { convergeList } from '../../engine/resource/converge-list.ts'
import { absent, present, type Resource } from '../../engine/resource/resource.ts'
import { manifestsOf } from './folders.ts'
import { type Applied, manifest } from './manifest.ts'

const definition = { kind: 'manifest', id: 'CustomResourceDefinition lamps.andamio.dev' }
const lamp: Applied = { owner: 'lab.app', differs: [], texts: null, refused: null, late: null }
const ref = { apiVersion: 'andamio.dev/v1', kind: 'Lamp', name: 'hall' }
const wish = () => ({ apiVersion: ref.apiVersion, kind: ref.kind, metadata: { name: ref.name } })

test('an object is given the definitions of its own group', async () => {
  const root = mkdtempSync(join(tmpdir(), 'andamio-manifests-'))
  try {
    mkdirSync(join(root, 'app'))
    const crd =
      'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: lamps.andamio.dev }\n'
    writeFileSync(join(root, 'app/10-lamps.yaml'), crd)
    const hall = `apiVersion: ${ref.apiVersion}\nkind: Lamp\nmetadata: { name: hall }\n`
    writeFileSync(join(root, 'app/20-hall.yaml'), hall)
    const { resources } = manifestsOf({ lab: 'lab', folders: ['app'], data: {}, root })
    const is = present({ ...lamp, refused: 'field not declared' })
    const refusing = (changed: string) =>
      resources[1]?.refuse?.(is, { change: ({ kind, id }) => `${kind} ${id}` === changed })?.code
    expect(resources.map(({ id }) => id)).toEqual([definition.id, 'Lamp hall'])
    expect(refusing(`manifest ${definition.id}`)).toBeUndefined()
    expect(refusing('manifest CustomResourceDefinition lamps.example.org')).toBe('manifest-refused')
  } finally {
    rmSync(root, { recursive: true })
  }
})

/** A run over a definition that is to gain a field, and an object that has it already. */
async function run(check: boolean, definitions: readonly { kind: string; id: string }[]): Promise<string[]> {
  let applied = false
  const crd: Resource<Record<string, never>, unknown> = {
    ...definition,
    probe: { of: 'host', keys: ['it'], script: () => '', parse: () => absent },
    diff: is => (is.is === 'absent' ? [{ attribute: 'field', before: null, after: 'colour' }] : []),
    apply: async () => {
      applied = true
    },
  }
  let lit = 0
  const hall = manifest({ ref, owner: 'lab.app', file: 'app/20-hall.yaml', wish, definitions })
  const stand = { ...hall, apply: async () => void lit++ }
  const state = () => (applied ? (lit ? present(lamp) : absent) : present({ ...lamp, refused: 'field not declared' }))
  const outcomes: string[] = []
  await convergeList(
    [crd, stand],
    {
      check,
      ask: async list => new Map(list.map(one => [one, one === crd ? (applied ? present({}) : absent) : state()])),
      writerFor: async () => undefined,
      changed: new Set(),
    },
    { starts: () => undefined, ends: (_, { outcome }) => outcomes.push(outcome) },
  )
  return outcomes
}

test('an object that needs what an earlier definition brings is applied after it, and foreseen', async () => {
  expect(await run(true, [definition])).toEqual(['would-change', 'would-change'])
  expect(await run(false, [definition])).toEqual(['changed', 'changed'])
})

test('one that no definition helps is refused, in check mode too', async () => {
  await expect(run(true, [])).rejects.toMatchObject({ failure: { code: 'manifest-refused' } })
})
