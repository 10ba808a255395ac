import { mkdirSync, mkdtempSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { partialPrefix } from '../protocol/names.ts'
import { record } from '../protocol/records.ts'
import { TestClient } from '../testing/client.ts'
import { type Answer, pairs } from '../testing/pair.ts'
import { sha256 } from '../testing/transfer.ts'
import { forPeople } from './people.ts'

const { scratch, server, made } = pairs()
const content = Buffer.from('content')

/** A broker and server in one, which answers downloads as it likes, and says that it has `names`. */
async function client(names: readonly string[], download?: Answer): Promise<TestClient> {
  let port = 0
  const listening = await server(async (exchange, guest) => {
    if (exchange.type === 'locate') exchange.respond({ host: '127.0.0.1', port })
    else if (exchange.type === 'list')
      exchange.respond({ files: names.map(name => ({ name, size: content.length, modified: 0 })) })
    else if (exchange.type === 'fetch') {
      for (const _ of exchange.request.names) {
        await exchange.outgoing.write(record({ size: content.length, modified: 0, sha256: sha256(content) }))
        await exchange.outgoing.write(content)
      }
      exchange.respond({})
    } else if (exchange.type === 'download' && download !== undefined) await download(exchange, guest)
    else if (exchange.type === 'download') {
      exchange.respond({ size: content.length, modified: 0, offset: 0 })
      await exchange.outgoing.write(content)
      exchange.end(sha256(content))
    }
  })
  port = listening.port
  const folder = join(mkdtempSync(join(scratch, 'client-')), 'in', 'here')
  mkdirSync(folder, { recursive: true })
  return new TestClient(listening.port, made, { folder })
}

/** Everything beneath the folder that holds the client's. */
const outside = ({ folder }: TestClient): string[] =>
  readdirSync(dirname(dirname(folder)), { recursive: true })
    .map(String)
    .sort()

const attacks = [
  '../x',
  '../../x',
  '/tmp/x',
  'a/../../x',
  '..',
  '.',
  '',
  'a/b',
  '..\\x',
  'C:\\x',
  'a\0b',
  'a\nb',
  '\x1b[2J',
  '\u202etxt.exe',
  `${partialPrefix}x`,
  partialPrefix.toUpperCase(),
  'x'.repeat(256),
  'e\u0301',
  '\u2028',
  '\x9b31m',
]

describe('a server that sends bad names', () => {
  test('gets no byte outside, nor any file of such a name', async () => {
    const one = await client([...attacks, 'good'])
    // Nothing may be asked of it, for its downloads would be written.
    expect(await one.run(`download * .* good "${partialPrefix}x" e\u0301`)).toBe(70)
    expect(outside(one)).toEqual(['in', 'in/here', 'in/here/good'])
    expect(one.problems().filter(text => text.includes('the name ')).length).toBeGreaterThan(10)
    await one.close()
  })

  test('cannot do anything to a terminal by them', async () => {
    const one = await client([...attacks, 'good'])
    let written = ''
    const stream = { isTTY: true, columns: 80, write: (text: string) => (written += text) }
    const people = forPeople({ out: stream, err: stream })
    for (const command of ['lls', 'download *', 'download "\x1b[31mred"']) {
      await one.run(command)
      for (const event of one.events) people.tell(event)
    }
    expect(written).toContain('\\x1b[2J')
    expect(written).toContain('good')
    expect(written).not.toMatch(/[^\n\P{Cc}]|\p{Bidi_Control}|\p{Zl}/u)
    await one.close()
  })
})

describe('a server that sends', () => {
  test.each<[string, Answer, string]>([
    [
      'other bytes than it says',
      async exchange => {
        if (exchange.type !== 'download') return
        exchange.respond({ size: content.length, modified: 0, offset: 0 })
        await exchange.outgoing.write(Buffer.from('CONTENT'))
        exchange.end(sha256(content))
      },
      'good: what has arrived is not what was sent',
    ],
    [
      'less than it says',
      async exchange => {
        if (exchange.type !== 'download') return
        exchange.respond({ size: 100_000, modified: 0, offset: 0 })
        await exchange.outgoing.write(content)
        exchange.end(sha256(content))
      },
      'good: what has arrived is not what was sent',
    ],
    [
      'more than it says',
      async exchange => {
        if (exchange.type !== 'download') return
        exchange.respond({ size: 3, modified: 0, offset: 0 })
        await exchange.outgoing.write(content)
        exchange.end(sha256(content))
      },
      'good: what has arrived is not what was sent',
    ],
    [
      'what was not asked for',
      async exchange => {
        if (exchange.type !== 'download') return
        exchange.respond({ size: 2 ** 40, modified: 0, offset: 2 ** 39 })
        exchange.end(sha256(content))
      },
      'good: what has arrived is not what was sent',
    ],
  ])('%s is not believed, and nothing of it stays', async (_, download, problem) => {
    const one = await client(['good'], download)
    expect(await one.run('download good')).toBe(70)
    expect(one.problems()).toEqual([problem])
    expect(outside(one)).toEqual(['in', 'in/here'])
    await one.close()
  })

  test('a list without an end is not followed for ever', async () => {
    let port = 0
    const listening = await server(async exchange => {
      if (exchange.type === 'locate') exchange.respond({ host: '127.0.0.1', port })
      else if (exchange.type === 'list') exchange.respond({ files: [], next: 'same' })
    })
    port = listening.port
    const one = new TestClient(listening.port, made)
    expect(await one.run('lls')).toBe(70)
    expect(one.problems()).toEqual(['the server lists files without an end'])
    await one.close()
  })
})
