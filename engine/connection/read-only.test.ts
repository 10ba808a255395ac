import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { AndamioError } from '../errors.ts'
import { quote } from '../shell/quote.ts'
import { connectLocal } from './local.ts'
import { ReadOnlyConnection, whyNotRead } from './read-only.ts'

/** One script a line. */
const fixture = (name: string): readonly string[] =>
  readFileSync(new URL(`./fixtures/${name}.txt`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')

const reads = fixture('reads')
const writes = [...fixture('writes'), 'awk \'# "\n  { print > "x" }\'', 'true\nrm x', 'cat x &\nwait', 'cat <<E\nx\nE']

describe('the gate', () => {
  test.each(reads)('lets through %j', script => {
    expect(whyNotRead('sh -s', script)).toBeUndefined()
  })

  test.each(writes)('refuses %j', script => {
    expect(whyNotRead('sh -s', script)).toBeTypeOf('string')
    expect(whyNotRead(script)).toBeTypeOf('string')
  })

  const wraps: readonly ((script: string) => string)[] = [
    script => `( ${script}\n)`,
    script => `{ ${script}\n}`,
    script => `x=$(exec </dev/null\n${script}\n)`,
    script => `if true; then\n${script}\nfi`,
    script => `while false; do\n${script}\ndone`,
    script => `f() {\n${script}\n}; f`,
    script => `case a in a) ${script}\n;; esac`,
    script => `echo "\${y:-$(\n${script}\n)}"`,
    script => `timeout -k 1 5 sh -c ${quote(script)}`,
    script => `true &&\n{ ${script}\n} || :`,
  ]
  const nested = (scripts: readonly string[]): fc.Arbitrary<string> =>
    fc
      .tuple(fc.constantFrom(...scripts), fc.array(fc.constantFrom(...wraps), { maxLength: 4 }))
      .map(([script, around]) => around.reduce((inner, wrap) => wrap(inner), script))

  test('sees a write however deep it is nested', () => {
    fc.assert(
      fc.property(nested(writes), script => whyNotRead('sh -s', script) !== undefined),
      { numRuns: 2000 },
    )
  })

  test('lets a read through however deep it is nested', () => {
    fc.assert(
      fc.property(nested(reads), script => whyNotRead('sh -s', script) === undefined),
      { numRuns: 1000 },
    )
  })

  test('takes twice the steps for twice the probes', () => {
    const batch = `${reads.filter(script => script !== 'exec').join('\n')}\n`
    const [some, many] = [stepsFor(batch.repeat(5)), stepsFor(batch.repeat(10))]
    expect(some).toBeGreaterThan(1000)
    expect(many).toBeLessThan(2.1 * some)
  })

  /** How often a pattern is tried on the script, which is all that reading it is made of. */
  function stepsFor(script: string): number {
    const spy = vi.spyOn(RegExp.prototype, 'exec')
    try {
      expect(whyNotRead('sh -s', script)).toBeUndefined()
      return spy.mock.calls.length
    } finally {
      spy.mockRestore()
    }
  }

  test('a refused script never reaches the host; a read does, with its answer', async () => {
    const asked: string[] = []
    const inner = connectLocal('here')
    const gate = new ReadOnlyConnection({
      host: 'here',
      roundTrips: 0,
      close: () => inner.close(),
      forward: (address, port) => inner.forward(address, port),
      exec: (command, options) => {
        asked.push(command)
        return inner.exec(command, options)
      },
    })
    const write = gate.exec('sh -s', { stdin: 'echo ok\nrm -rf /nowhere', timeoutSeconds: 5 })
    await expect(write).rejects.toThrow(AndamioError)
    await expect(write).rejects.toMatchObject({
      failure: { code: 'check-mode-write', message: expect.stringContaining('rm is not known') },
    })
    expect(asked).toEqual([])
    expect((await gate.exec('sh -s', { stdin: 'echo ok', timeoutSeconds: 5 })).stdout.toString()).toBe('ok\n')
    expect((await gate.exec('cat', { stdin: 'rm x', timeoutSeconds: 5 })).stdout.toString()).toBe('rm x')
  })
})
