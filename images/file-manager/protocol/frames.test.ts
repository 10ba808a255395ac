import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type ControlKind,
  controlFrame,
  creditFrame,
  FrameReader,
  headerSize,
  type kinds,
  writeHeader,
} from './frames.ts'
import { frameLimits } from './limits.ts'

/** What a reader told: control frames as they are, data put together by the streams they are of. */
function reader(greeted = true) {
  const heard: [string, number, string][] = []
  const frames = new FrameReader({
    control: (kind: ControlKind, id: number, payload: Buffer) => heard.push([kind, id, payload.toString('hex')]),
    data: (id: number, piece: Buffer) => {
      const last = heard.at(-1)
      if (last?.[0] === 'data' && last[1] === id) last[2] += piece.toString('hex')
      else heard.push(['data', id, piece.toString('hex')])
    },
  })
  frames.greeted = greeted
  return { frames, heard }
}

function dataFrame(id: number, content: Buffer): Buffer {
  const framed = Buffer.concat([Buffer.alloc(headerSize), content])
  writeHeader(framed, 'data', id, content.length)
  return framed
}

const session = Buffer.concat([
  controlFrame('request', 1, { type: 'locate' }),
  dataFrame(7, randomBytes(300)),
  creditFrame(7, 65_536),
  controlFrame('ping', 0),
  dataFrame(8, randomBytes(1)),
  controlFrame('end', 7, { sha256: '0'.repeat(64) }),
])

describe('frames', () => {
  test('are the same wherever the bytes are split', () => {
    const whole = reader()
    whole.frames.push(session)
    expect(whole.heard.map(([kind]) => kind)).toEqual(['request', 'data', 'credit', 'ping', 'data', 'end'])
    for (let at = 0; at <= session.length; at++) {
      const split = reader()
      split.frames.push(session.subarray(0, at))
      split.frames.push(session.subarray(at))
      expect(split.heard).toEqual(whole.heard)
      expect(split.frames.midFrame).toBe(false)
    }
    const bytes = reader()
    for (const byte of session) bytes.frames.push(Buffer.of(byte))
    expect(bytes.heard).toEqual(whole.heard)
  })

  test('have the layout that the documentation gives', () => {
    expect(controlFrame('request', 258, { a: 1 }).toString('latin1')).toBe(
      '\x00\x00\x00\x0d\x01\x03\x00\x00\x01\x02{"a":1}',
    )
    expect(creditFrame(1, 65_536).toString('hex')).toBe('0000000a01080000000100010000')
  })

  test.each<[string, Buffer, boolean, string]>([
    ['another version', Buffer.from('00000006020a00000000', 'hex'), true, 'version'],
    ['kind 0', Buffer.from('00000006010000000000', 'hex'), true, 'bad-frame'],
    ['an unknown kind', Buffer.from('00000006010d00000000', 'hex'), true, 'bad-frame'],
    ['a length under its own header', Buffer.from('00000005010300000000', 'hex'), true, 'bad-frame'],
    ['a ping with content', Buffer.from('00000007010a0000000000', 'hex'), true, 'bad-frame'],
    ['a credit of two bytes', Buffer.from('000000080108000000010000', 'hex'), true, 'bad-frame'],
    ['data without data', Buffer.from('00000006010600000001', 'hex'), true, 'bad-frame'],
    ['4 GiB', Buffer.from('ffffffff010300000001', 'hex'), true, 'bad-frame'],
    ['a hello that is too long', Buffer.from('00002000010100000000', 'hex'), false, 'bad-frame'],
  ])('refuse %s by its header alone', (_, header, greeted, errorCode) => {
    const { frames, heard } = reader(greeted)
    expect(() => frames.push(header)).toThrow(expect.objectContaining({ errorCode }))
    expect(heard).toEqual([])
  })

  test.each<[keyof typeof kinds, number]>([
    ['request', frameLimits.control],
    ['data', frameLimits.data],
  ])('of %s may hold %i bytes and not one more', (kind, most) => {
    const header = Buffer.alloc(headerSize)
    writeHeader(header, kind, 1, most)
    const { frames } = reader()
    frames.push(header)
    expect(frames.midFrame).toBe(true)
    writeHeader(header, kind, 1, most + 1)
    expect(() => reader().frames.push(header)).toThrow(`of ${most + 1} bytes`)
  })

  test('hold no more of a data frame than the piece that came', () => {
    const pieces: number[] = []
    const frames = new FrameReader({ control: () => undefined, data: (_, piece) => pieces.push(piece.length) })
    frames.greeted = true
    const frame = dataFrame(1, Buffer.alloc(100_000))
    for (let at = 0; at < frame.length; at += 16_384) frames.push(frame.subarray(at, at + 16_384))
    expect(pieces.slice(0, 2)).toEqual([16_374, 16_384])
  })

  test('of any bytes end in frames or in an error of ours', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 8 }), chunks => {
        try {
          const { frames } = reader()
          for (const chunk of chunks) frames.push(Buffer.from(chunk))
        } catch (error) {
          expect(error).toMatchObject({ name: 'FileManagerError' })
        }
      }),
    )
  })
})
