import { describe, expect, it } from 'vitest'
import type { Json } from '../report/events.ts'
import type { Verdict } from './converge.ts'
import { convergeList } from './converge-list.ts'
import { type Answer, type AnyResource, absent, present, type Ref, type Resource, unknown } from './resource.ts'

/** A world of named values, and resources that want some of them to be 'on'. */
class World {
  readonly values = new Map<string, Json>()
  readonly applied: string[] = []
  roundTrips = 0

  resource(
    id: string,
    extra: {
      after?: Ref[]
      alters?: Ref[]
      brings?: string[]
      breaks?: string[]
      refuses?: boolean
      /** Cannot be brought about, unless this other one changes. */
      needs?: Ref
      freshAfter?: Ref
      waits?: true
    } = {},
  ): Resource<Json, World> {
    return {
      kind: 'thing',
      id,
      ...(extra.after ? { after: extra.after } : {}),
      ...(extra.alters ? { alters: extra.alters } : {}),
      ...(extra.waits ? { waits: extra.waits } : {}),
      probe: { of: 'host', keys: [id], script: () => '', parse: () => absent },
      diff: (is, will) => {
        const before = is.is === 'present' ? is.state : null
        if (before !== 'on') return [{ attribute: 'value', before, after: 'on' }]
        return extra.freshAfter && will.change(extra.freshAfter)
          ? [{ attribute: 'fresh', before: false, after: true }]
          : []
      },
      ...(extra.needs && {
        refuse: (_, will) =>
          will.change(extra.needs as Ref) ? undefined : { code: 'cannot', message: `${id} cannot be on` },
      }),
      apply: async () => {
        this.applied.push(id)
        if (!extra.refuses) this.values.set(id, 'on')
        for (const other of extra.brings ?? []) this.values.set(other, 'on')
        for (const other of extra.breaks ?? []) this.values.set(other, 'off')
      },
    }
  }

  answer(id: string): Answer<Json> {
    const value = this.values.get(id)
    return value === undefined ? absent : value === 'mystery' ? unknown('no answer') : present(value)
  }

  async converge(list: readonly AnyResource[], check = false, changed = new Set<string>()) {
    const verdicts = new Map<string, Verdict>()
    await convergeList(
      list,
      {
        check,
        changed,
        ask: async resources => {
          this.roundTrips++
          return new Map(resources.map(resource => [resource, this.answer(resource.id)]))
        },
        writerFor: async () => this,
      },
      { starts: () => undefined, ends: (resource, verdict) => verdicts.set(resource.id, verdict) },
    )
    return verdicts
  }
}

const ref = (id: string): Ref => ({ kind: 'thing', id })

describe('a converged list', () => {
  it('costs one round trip and applies nothing', async () => {
    const world = new World()
    world.values.set('a', 'on').set('b', 'on')
    const verdicts = await world.converge([world.resource('a'), world.resource('b')])
    expect([...verdicts.values()].map(({ outcome }) => outcome)).toEqual(['ok', 'ok'])
    expect(world).toMatchObject({ roundTrips: 1, applied: [] })
  })
})

describe('a list with something to do', () => {
  it('applies in order what differs, and only that', async () => {
    const world = new World()
    world.values.set('b', 'on').set('c', 'off')
    const verdicts = await world.converge([world.resource('a'), world.resource('b'), world.resource('c')])
    expect(world.applied).toEqual(['a', 'c'])
    expect(verdicts.get('c')).toEqual({
      outcome: 'changed',
      changes: [{ attribute: 'value', before: 'off', after: 'on' }],
    })
  })

  it('does not apply what an earlier resource has brought about, and says by whom', async () => {
    const world = new World()
    const list = [
      world.resource('package', { alters: [ref('unit')], brings: ['unit'] }),
      world.resource('x'),
      world.resource('unit'),
    ]
    const verdicts = await world.converge(list)
    expect(world.applied).toEqual(['package', 'x'])
    expect(verdicts.get('unit')).toMatchObject({ outcome: 'changed', by: 'thing package' })
  })

  it('asks again before it applies on an answer that has grown old', async () => {
    const world = new World()
    const list = [world.resource('a', { brings: ['c'] }), world.resource('b'), world.resource('c')]
    world.values.set('b', 'on')
    await world.converge(list)
    expect(world.applied).toEqual(['a'])
  })

  it('fails, naming what differs, when a resource does not reach its wish', async () => {
    const world = new World()
    const error = await world.converge([world.resource('a', { refuses: true })]).catch(error => error)
    expect(error.failure).toMatchObject({ code: 'not-converged', cause: 'value is null, not "on"' })
  })

  it('finds out at the end when something that was right was broken on the way', async () => {
    const world = new World()
    world.values.set('a', 'on')
    const error = await world
      .converge([world.resource('a'), world.resource('b', { breaks: ['a'] })])
      .catch(error => error)
    expect(error.failure).toMatchObject({ code: 'not-converged', message: expect.stringContaining('thing a') })
  })

  it('waits once more at the end for what has passed away since it was waited for', async () => {
    const world = new World()
    const ready = world.resource('ready', { waits: true })
    const breaking = world.resource('breaking', { breaks: ['ready'] })
    expect([...(await world.converge([ready, breaking])).values()].map(({ outcome }) => outcome)).toEqual([
      'changed',
      'changed',
    ])
    expect(world.applied).toEqual(['ready', 'breaking', 'ready'])
    const never = world.resource('ready', { waits: true, refuses: true })
    world.values.clear()
    world.values.set('ready', 'on')
    await expect(world.converge([never, breaking])).rejects.toThrow('thing ready still differs')
  })

  it('never applies on an unknown state', async () => {
    const world = new World()
    world.values.set('a', 'mystery')
    const error = await world.converge([world.resource('a')]).catch(error => error)
    expect(error.failure).toMatchObject({ code: 'state-unknown', cause: 'no answer' })
    expect(world.applied).toEqual([])
  })
})

describe('check mode', () => {
  it('applies nothing and costs one round trip', async () => {
    const world = new World()
    await world.converge([world.resource('a'), world.resource('b')], true)
    expect(world).toMatchObject({ applied: [], roundTrips: 1 })
  })

  it('calls unknown unknown', async () => {
    const world = new World()
    world.values.set('a', 'mystery')
    expect((await world.converge([world.resource('a')], true)).get('a')).toMatchObject({
      outcome: 'unknown',
      why: 'no answer',
    })
  })

  it.each([true, false])('fails for what cannot be brought about, check mode (%s) as the real run', async check => {
    const world = new World()
    const list = [world.resource('a', { needs: ref('x') }), world.resource('b')]
    const error = await world.converge(list, check).catch(error => error)
    expect(error.failure).toEqual({ code: 'cannot', message: 'a cannot be on' })
    expect(world.applied).toEqual([])
  })

  it('predicts what another change will bring about, though nothing else could', async () => {
    const make = (world: World) => [world.resource('x', { brings: ['a'] }), world.resource('a', { needs: ref('x') })]
    const [checked, real] = [new World(), new World()]
    expect((await checked.converge(make(checked), true)).get('a')).toMatchObject({ outcome: 'would-change' })
    expect((await real.converge(make(real))).get('a')).toMatchObject({ outcome: 'changed' })
    expect(real.applied).toEqual(['x'])
  })

  it('predicts exactly what the real run then reports', async () => {
    const make = (world: World) => [
      world.resource('file'),
      world.resource('package', { alters: [ref('unit')], brings: ['unit'] }),
      world.resource('unit', { after: [ref('file')] }),
      world.resource('quiet'),
      world.resource('restarted', { freshAfter: ref('file') }),
    ]
    const [checked, real] = [new World(), new World()]
    for (const world of [checked, real]) world.values.set('quiet', 'on')
    const predicted = await checked.converge(make(checked), true)
    const actual = await real.converge(make(real))
    const asWould = (verdict: Verdict) => ({
      ...verdict,
      outcome: verdict.outcome === 'changed' ? 'would-change' : verdict.outcome,
    })
    expect([...actual].map(([id, verdict]) => [id, asWould(verdict)])).toEqual([...predicted])
  })
})
