import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AndamioError } from '../../errors.ts'
import lists from './fixtures/lists.json' with { type: 'json' }
import { readInstances } from './instances.ts'
import { standingOf } from './standing.ts'

const read = (text: string) =>
  [...readInstances(text).values()].map(({ name, state, addresses }) => [name, state, addresses])

it.each(Object.entries(lists))('reads a list: %s', (_, { text, reads }) => {
  expect(read(text)).toEqual(reads)
})

describe('what is of another shape', () => {
  it.each([
    ['', /no JSON/],
    ['Name  State  IPv4\ncp1  Running  10.0.0.2\n', /no JSON/],
    ['null', /the whole/],
    ['{"instances":[]}', /list/],
    ['{"list":{"cp1":{"state":"Running"}}}', /list/],
    ['{"list":[{"name":"cp1","ipv4":[]}]}', /list\.0\.state/],
    ['{"list":[{"name":"cp1","state":"Running","ipv4":"10.0.0.2"}]}', /list\.0\.ipv4/],
  ])('is shown: %s', (text, cause) => {
    const shown = text.trim().split('\n').filter(Boolean)
    const failure = { code: 'tool-answer-odd', cause: expect.stringMatching(cause), stderr: shown }
    expect(() => readInstances(text)).toThrow(expect.objectContaining({ failure: expect.objectContaining(failure) }))
  })

  it('never gets past: texts with pieces cut out, doubled, or put in', () => {
    const texts = Object.values(lists).map(({ text }) => text)
    const cut = fc.tuple(fc.constantFrom(...texts), fc.nat(400), fc.nat(40), fc.string({ maxLength: 8 }))
    fc.assert(
      fc.property(cut, ([text, from, length, put]) => {
        try {
          for (const instance of readInstances(text.slice(0, from) + put + text.slice(from + length)).values()) {
            const stands = standingOf(instance)
            if (stands.is === 'running') expect(stands.address).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
          }
        } catch (error) {
          expect(error).toBeInstanceOf(AndamioError)
        }
      }),
      { numRuns: 5000 },
    )
  })
})
