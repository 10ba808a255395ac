import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { forLog, redact, redactAsItIs } from './redact.ts'
import { Secret } from './secret.ts'

const canary = 'p4ss w/ö+rd\'"%'

describe('redact', () => {
  test('knows what was revealed, and only that', () => {
    const kept = new Secret('never-revealed-1')
    new Secret('was-revealed-1').reveal()
    expect(redact('was-revealed-1 never-revealed-1')).toBe('*** never-revealed-1')
    expect(String(kept)).toBe('***')
  })

  const encoded: Record<string, string> = {
    itself: canary,
    'a URL': `https://u:${encodeURIComponent(canary)}@host`,
    'a query': `?q=${encodeURIComponent(canary).replaceAll('%20', '+')}`,
    JSON: JSON.stringify({ canary }),
    'shell quotes': `'${canary.replaceAll("'", "'\\''")}'`,
    hexadecimal: Buffer.from(canary).toString('hex'),
  }
  for (const [name, text] of Object.entries(encoded)) {
    test(`finds it in ${name}`, () => {
      const redacted = redact(text, [canary])
      expect(redacted).toContain('***')
      expect(redacted).not.toContain('p4ss')
      expect(redacted).not.toContain(Buffer.from('p4ss').toString('hex'))
    })
  }

  test('finds it wherever it falls in base64', () => {
    const around = fc.string({ maxLength: 5 })
    fc.assert(
      fc.property(
        around,
        around,
        fc.constantFrom('base64' as const, 'base64url' as const),
        (before, after, encoding) => {
          const redacted = redact(Buffer.from(before + canary + after).toString(encoding), [canary])
          expect(redacted).toContain('***')
          expect(redacted.replace('***', '').length).toBeLessThanOrEqual(
            Math.ceil(((before + after).length * 3 * 4) / 3) + 8,
          )
        },
      ),
    )
  })

  test('finds one line of a key of many', () => {
    const key = `-----BEGIN PRIVATE KEY-----\n${'MIGHAgEAMBMGByqGSM49'.repeat(3)}\nAwEHBG0wawIBAQQg\n-----END PRIVATE KEY-----\n`
    const text = `stderr: AwEHBG0wawIBAQQg`
    expect(redact(text, [key])).toBe('stderr: ***')
    expect(redact('-----BEGIN PRIVATE KEY-----', [key])).toBe('-----BEGIN PRIVATE KEY-----')
  })

  test('leaves no end of two that overlap, and masks each of two that do not', () => {
    expect(redact('1abcdef2', ['abcd', 'cdef'])).toBe('1***2')
    expect(redact('1abcdcdef2abcd', ['abcd', 'cdef'])).toBe('1******2***')
    expect(redact('1abcdef2', ['abcd', 'abcdef', 'bc'])).toBe('1***2')
  })

  test('knows at once what is revealed later', () => {
    expect(redact('revealed-late')).toBe('revealed-late')
    new Secret('revealed-late').reveal()
    expect(redact('revealed-late')).toBe('***')
  })

  test('walks a text once, however many secrets there are', () => {
    const secrets = Array.from({ length: 300 }, (_, i) => `secret-${i}-${'x'.repeat(40)}`)
    const looked: string[] = []
    const text = new Proxy(new String('y'.repeat(500)), {
      get: (target, name) => {
        looked.push(String(name))
        const value = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    redact(text as unknown as string, secrets)
    expect(looked.filter(name => name === 'slice').length).toBeLessThan(510)
    expect(looked).not.toContain('replaceAll')
  })

  test('leaves a text alone that holds none', () => {
    fc.assert(fc.property(fc.string({ maxLength: 40 }), text => redact(text, [canary]) === text))
  })
})

describe('forLog', () => {
  test('takes out what could write on our screen', () => {
    expect(forLog('\u001b[31mred\u001b[0m \u001b]0;title\u0007a\bb\r\nc\td\u202ee\u009b31m')).toBe('red ab\nc\tde')
  })

  test('finds a secret that an escape sequence cuts in two', () => {
    expect(forLog('hunter\u001b[1m2-long', ['hunter2-long'])).toBe('***')
  })
})

describe('redactAsItIs', () => {
  test('keeps control characters, unless one cuts a secret in two', () => {
    expect(redactAsItIs('a\r\n\u001b[1mb hunter2-long', ['hunter2-long'])).toBe('a\r\n\u001b[1mb ***')
    expect(redactAsItIs('a\u001b[1mb hunter\u001b[1m2-long', ['hunter2-long'])).toBe('ab ***')
  })
})
