import { describe, expect, it } from 'vitest'
import { type Foldable, Folding } from './folding.ts'
import { foldNames, withoutName } from './names.ts'

/** `a:x` is what host a tells, at the second of its place in the list. */
function folded(told: readonly string[], taken: { everyone?: string; until?: number } = {}): string[] {
  const folding = new Folding<Foldable>()
  for (const [at, text] of told.entries()) {
    const [host = '', key = ''] = text.split(':')
    folding.add({ host, key, at })
  }
  const { everyone = 'a b c', until = Infinity } = taken
  return folding.take({ everyone: everyone.split(' '), until }).map(
    group =>
      `${group
        .map(({ host }) => host)
        .sort()
        .join('')}:${group[0]?.key}`,
  )
}

describe('lines that say the same', () => {
  it('become one, though they come in turn or one host after the other', () => {
    expect(folded(['a:x', 'b:x', 'a:y', 'c:x', 'b:y', 'c:y'])).toEqual(['abc:x', 'abc:y'])
    expect(folded(['a:x', 'a:y', 'b:x', 'b:y'])).toEqual(['ab:x', 'ab:y'])
  })

  it('wait for the host that has something of its own before', () => {
    expect(folded(['b:y', 'a:x', 'a:y', 'b:z', 'a:z'])).toEqual(['a:x', 'ab:y', 'ab:z'])
  })

  it('never change the order in which a host came to them', () => {
    expect(folded(['a:x', 'b:y', 'a:y', 'b:x'])).toEqual(['a:x', 'ab:y', 'b:x'])
    expect(folded(['a:x', 'a:x', 'b:x'])).toEqual(['ab:x', 'a:x'])
  })

  it('are taken once everyone has told them, or when the first has waited long enough', () => {
    const told = ['a:x', 'b:x', 'a:y', 'c:x', 'b:y']
    expect(folded(told, { until: -1 })).toEqual(['abc:x'])
    expect(folded(told, { until: 1 })).toEqual(['abc:x'])
    expect(folded(told, { until: 2 })).toEqual(['abc:x', 'ab:y'])
  })

  it('do not wait for hosts where they are of something else', () => {
    expect(folded(['lab:z', 'a:x'], { until: -1 })).toEqual(['lab:z'])
  })

  it('of a large lab are taken in no time that anyone would see', () => {
    const told = Array.from({ length: 100 }, (_, id) => Array.from({ length: 100 }, (_, host) => `h${host}:x${id}`))
    expect(folded(told.flat())).toHaveLength(100)
  })
})

describe('names', () => {
  it.each([
    [['cp', 'worker1', 'worker2', 'worker3', 'nfs'], 'cp, worker1-3, nfs'],
    [['worker1', 'worker3', 'worker4'], 'worker1, worker3-4'],
    [['worker9', 'worker10', 'worker11'], 'worker9-11'],
    [['a01', 'a02'], 'a01, a02'],
    [['a1', 'b2', '3', '4'], 'a1, b2, 3-4'],
    [['one'], 'one'],
  ])('%j are %s', (names, folded) => {
    expect(foldNames(names)).toBe(folded)
  })

  it('of the host itself give way only where they are a word', () => {
    expect(withoutName('pods-ready flannel on worker1', 'worker1')).toBe('pods-ready flannel on <host>')
    expect(withoutName('a worker10, my-worker1 and worker1.lab', 'worker1')).toBe(
      'a worker10, my-worker1 and worker1.lab',
    )
  })
})
