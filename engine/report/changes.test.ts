import { describe, expect, it } from 'vitest'
import { changeWords } from './changes.ts'
import { clip, duration, foldList, printable, wrap } from './text.ts'

describe('a change in words', () => {
  it.each([
    [{ attribute: 'mode', before: '0644', after: '0600' }, 'mode 0644 → 0600'],
    [{ attribute: 'owner', before: null, after: 'root:root' }, '+owner root:root'],
    [{ attribute: 'owner', before: 'root:root', after: null }, '-owner root:root'],
    [{ attribute: 'content', before: 'a'.repeat(64), after: 'b'.repeat(64) }, 'content changed'],
    [{ attribute: 'content', before: null, after: 'one\ntwo' }, '+content'],
    [{ attribute: 'options', before: ['ro'], after: ['rw', 'sync'] }, 'options ["ro"] → ["rw","sync"]'],
    [{ attribute: 'comment', before: '', after: 'x' }, 'comment "" → x'],
  ])('%j', (change, words) => {
    expect(changeWords([change], 'would-change', '→')).toEqual([words])
  })

  it('says once and last what is known only after something is created, until it is', () => {
    const late = { late: 'address of cp' }
    const changes = [
      { attribute: 'content', before: null, after: late },
      { attribute: 'mode', before: null, after: '0644' },
      { attribute: 'clients', before: 'x', after: late },
    ]
    expect(changeWords(changes, 'would-change', '→')).toEqual([
      '+mode 0644',
      '+content',
      'clients (known after create)',
    ])
    expect(changeWords(changes, 'changed', '→')).toEqual(['+content', '+mode 0644', 'clients changed'])
  })
})

describe('text', () => {
  it.each([
    [0, '0.0 s'],
    [0.44, '0.4 s'],
    [9.96, '10 s'],
    [59.7, '1 min'],
    [200, '3 min 20 s'],
    [3900, '1 h 05 min'],
  ])('%d seconds are %s', (seconds, words) => {
    expect(duration(seconds)).toBe(words)
  })

  it('wraps at spaces, and never inside a path', () => {
    expect(wrap('look into /var/log/a/rather/long/path now', 12)).toEqual([
      'look into',
      '/var/log/a/rather/long/path',
      'now',
    ])
  })

  it('breaks a list behind its commas', () => {
    expect(foldList(['mode 0644', '', 'owner root', '11 s'], 24)).toEqual(['mode 0644, owner root,', '11 s'])
  })

  it('clips with an ellipsis', () => {
    expect([clip('abcdef', 6), clip('abcdefg', 6)]).toEqual(['abcdef', 'abcde…'])
  })

  it('keeps letters of every language', () => {
    expect(printable('größe 大小 🦫\r\nnext\tcolumn')).toBe('größe 大小 🦫\nnext    column')
  })
})
