import { describe, expect, it } from 'vitest'
import { limitTo } from './limit.ts'

const hosts = ['cp', 'worker1', 'worker2', 'worker3', 'nfs']
const groups = new Map([
  ['all', hosts],
  ['workers', ['worker1', 'worker2', 'worker3']],
  ['storage', ['nfs', 'worker3']],
])
const limit = (pattern: string) => limitTo(pattern, hosts, groups)

describe('--limit', () => {
  it.each([
    ['cp', ['cp']],
    ['workers', ['worker1', 'worker2', 'worker3']],
    ['nfs,cp', ['cp', 'nfs']],
    ['all,!workers', ['cp', 'nfs']],
    ['!workers', ['cp', 'nfs']],
    ['!worker1,workers', ['worker2', 'worker3']],
    ['workers,&storage', ['worker3']],
    ['&storage,!nfs', ['worker3']],
    ['worker?', ['worker1', 'worker2', 'worker3']],
    ['*s', ['worker1', 'worker2', 'worker3', 'nfs']],
    ['work*,!*2', ['worker1', 'worker3']],
  ])('%s', (pattern, expected) => {
    expect(limit(pattern)).toEqual(expected)
  })

  it.each([
    ['wokers', 'limit-unknown', 'did you mean workers?'],
    ['workr', 'limit-unknown', 'did you mean workers?'],
    ['workr2', 'limit-unknown', 'did you mean worker2?'],
    ['cp,!wroker1', 'limit-unknown', 'did you mean worker1?'],
    ['.*', 'limit-unknown', 'there are: '],
    ['cp,!all', 'limit-matches-nothing', 'Name hosts or groups'],
    ['', 'limit-matches-nothing', 'Name hosts or groups'],
  ])('refuses %j', (pattern, code, next) => {
    expect(() => limit(pattern)).toThrow(
      expect.objectContaining({
        exit: 64,
        failure: expect.objectContaining({ code, next: expect.stringContaining(next) }),
      }),
    )
  })
})
