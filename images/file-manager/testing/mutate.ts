import { type ControlKind, controlFrame, creditFrame, headerSize, kinds, writeHeader } from '../protocol/frames.ts'
import type { Random } from './random.ts'
import { sha256 } from './transfer.ts'

/** Things that JSON can say and nobody expects. */
const odd: readonly unknown[] = [
  null,
  '',
  -1,
  0.5,
  2 ** 53,
  1e308,
  true,
  [],
  {},
  [[[[]]]],
  '../../etc/passwd',
  '\ud800',
  'a'.repeat(5000),
  { type: 'upload' },
  '__proto__',
  '0'.repeat(64),
]

export function dataFrame(id: number, content: Buffer): Buffer {
  const frame = Buffer.concat([Buffer.alloc(headerSize), content])
  writeHeader(frame, 'data', id, content.length)
  return frame
}

/** Frames of some request with its data, as a good client might send them with this id. */
export function goodFrames(random: Random, id: number): Buffer[] {
  const name = `fuzz-${random.number(20)}`
  const content = random.bytes(random.number(300) + 1)
  const upload = {
    type: 'upload',
    name,
    size: content.length,
    upload: sha256(content),
    attempt: random.bytes(16).toString('hex'),
    offset: 0,
  }
  return random.of<() => Buffer[]>([
    () => [controlFrame('request', id, { type: 'list', limit: random.number(1000) + 1 })],
    () => [controlFrame('request', id, { type: 'download', name }), creditFrame(id, random.number(2 ** 31))],
    () => [controlFrame('request', id, { type: 'partial', name, size: content.length, upload: upload.upload })],
    () => [
      controlFrame('request', id, upload),
      dataFrame(id, content),
      controlFrame('end', id, { sha256: upload.upload }),
    ],
    () => [
      controlFrame('request', id, { ...upload, size: 10 ** 6 }),
      dataFrame(id, content),
      controlFrame('cancel', id),
    ],
    () => packFrames(random, id),
    () => [controlFrame('request', id, { type: 'fetch', names: [name, `fuzz-${random.number(20)}`, 'missing'] })],
    () => [controlFrame('ping', 0)],
  ])()
}

function packFrames(random: Random, id: number): Buffer[] {
  const contents = Array.from({ length: random.number(4) + 1 }, () => random.bytes(random.number(300)))
  const first = random.number(20)
  const files = contents.map((content, i) => ({
    name: `fuzz-${first + i}`,
    size: content.length,
    sha256: sha256(content),
    ...(random.chance(0.2) && { replaces: [{ upload: sha256(content), attempt: 'a'.repeat(32) }] }),
  }))
  const request = controlFrame('request', id, { type: 'pack', attempt: random.bytes(16).toString('hex'), files })
  const all = Buffer.concat(contents)
  const cut = random.number(all.length + 1)
  const parts = [all.subarray(0, cut), all.subarray(cut)].filter(({ length }) => length > 0)
  return [request, ...parts.map(part => dataFrame(id, part))]
}

/** `frame` with something about it changed. */
export function mutate(random: Random, frame: Buffer): Buffer {
  const copy = Buffer.from(frame)
  return random.of<() => Buffer>([
    () => {
      const at = random.number(copy.length)
      copy.writeUInt8(copy.readUInt8(at) ^ (1 << random.number(8)), at)
      return copy
    },
    () => {
      copy.writeUInt32BE(
        random.of([0, 5, 6, 7, 65_542, 65_543, 262_150, 262_151, 2 ** 31, 2 ** 32 - 1, random.number(2 ** 20)]),
        0,
      )
      return copy
    },
    () => {
      copy.writeUInt8(random.number(16), 5)
      return copy
    },
    () => {
      copy.writeUInt32BE(random.of([0, 1, 2 ** 32 - 1, random.number(64)]), 6)
      return copy
    },
    () => copy.subarray(0, random.number(copy.length)),
    () => Buffer.concat([copy, random.bytes(random.number(40))]),
    () => Buffer.concat([copy, copy]),
    () => oddJson(random, copy),
    () => oddJson(random, copy),
    () => oddJson(random, copy),
  ])()
}

/** The frame is sound, and what it says is not. */
function oddJson(random: Random, frame: Buffer): Buffer {
  const number = frame.readUInt8(5)
  const kind = Object.entries(kinds).find(
    ([name, each]) => each === number && ['hello', 'request', 'end'].includes(name),
  )?.[0]
  const text = frame.subarray(headerSize).toString()
  if (kind === undefined || !text.startsWith('{')) return frame
  const body = JSON.parse(text)
  const files: object[] | undefined = body.files
  const changed = files !== undefined && random.chance(0.7) ? random.of(files) : body
  changed[random.of(Object.keys(changed))] = random.of(odd)
  return controlFrame(kind as ControlKind, frame.readUInt32BE(6), body)
}
