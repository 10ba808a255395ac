import { createHash } from 'node:crypto'

/**
 * The fingerprints of all primary keys in an OpenPGP public keyring, ASCII-armoured or binary, in upper case.
 *
 * Read here and not by gpg: a host need not have gpg, and a key is to be judged before it reaches one. Only packet
 * headers are followed (RFC 9580, sections 4.2 and 5.5.4). Throws `TypeError` on what is no keyring.
 */
export function fingerprints(keyring: string | Uint8Array): readonly string[] {
  const packets = typeof keyring === 'string' ? dearmour(keyring) : keyring
  const found: string[] = []
  for (let at = 0; at < packets.length; ) {
    const { tag, start, end } = header(packets, at)
    if (tag === publicKey) found.push(fingerprint(packets.subarray(start, end)))
    at = end
  }
  if (found.length === 0) throw new TypeError('no public key in the keyring')
  return found
}

/**
 * When the primary keys of a keyring expire, soonest first, by the newest signature that each has of its own; without
 * those that never do. Throws `TypeError` on what is no keyring.
 */
export function expiries(keyring: string | Uint8Array): readonly Date[] {
  const packets = typeof keyring === 'string' ? dearmour(keyring) : keyring
  const keys: { created: number; signed: number; lives: number | undefined }[] = []
  for (let at = 0; at < packets.length; ) {
    const { tag, start, end } = header(packets, at)
    const body = Buffer.from(packets.subarray(start, end))
    const key = keys.at(-1)
    if (tag === publicKey) keys.push({ created: body.readUInt32BE(1), signed: -1, lives: undefined })
    else if (tag === signature && key) {
      const found = lifetimeIn(body)
      if (found && found.signed >= key.signed) Object.assign(key, found)
    }
    at = end
  }
  if (keys.length === 0) throw new TypeError('no public key in the keyring')
  const ends = keys.flatMap(({ created, lives }) => (lives ? [new Date((created + lives) * 1000)] : []))
  return ends.sort((one, other) => one.getTime() - other.getTime())
}

/** Of a certification of the key itself (types 0x10 to 0x13, 0x1f), in version 4: when, and for how many seconds. */
function lifetimeIn(body: Buffer): { signed: number; lives: number | undefined } | undefined {
  const [version, type = 0] = body
  if (version !== 4 || !((type >= 0x10 && type <= 0x13) || type === 0x1f)) return undefined
  const end = 6 + body.readUInt16BE(4)
  let [signed, lives]: [number, number | undefined] = [0, undefined]
  for (let at = 6; at < end; ) {
    const first = body[at] ?? 0
    const [length, start] =
      first < 192
        ? [first, at + 1]
        : first < 255
          ? [(first - 192) * 256 + (body[at + 1] ?? 0) + 192, at + 2]
          : [body.readUInt32BE(at + 1), at + 5]
    const kind = (body[start] ?? 0) & 0x7f
    if (kind === 2) signed = body.readUInt32BE(start + 1)
    if (kind === 9) lives = body.readUInt32BE(start + 1)
    at = start + length
  }
  // A certification by somebody else says nothing of how long the key lives.
  return lives === undefined && type !== 0x13 && type !== 0x1f ? undefined : { signed, lives }
}

const signature = 2
const publicKey = 6

function dearmour(text: string): Uint8Array {
  const blocks = [...text.matchAll(/-----BEGIN PGP PUBLIC KEY BLOCK-----(.*?)-----END PGP PUBLIC KEY BLOCK-----/gs)]
  if (blocks.length === 0) throw new TypeError('no ASCII-armoured public key block')
  const parts = blocks.map(([, block = '']) => {
    // Headers end at the first empty line; a last line that starts with `=` is a checksum.
    const lines = block.split(/\r?\n/)
    const body = lines.slice(lines.findIndex((line, index) => index > 0 && line.trim() === '') + 1)
    return Buffer.from(body.filter(line => !line.startsWith('=')).join(''), 'base64')
  })
  return Buffer.concat(parts)
}

interface Header {
  readonly tag: number
  readonly start: number
  readonly end: number
}

function header(data: Uint8Array, at: number): Header {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const byte = (index: number): number => {
    if (index >= data.length) throw new TypeError('the keyring is cut off')
    return data[index] as number
  }
  const whole = (tag: number, start: number, length: number): Header => {
    if (start + length > data.length) throw new TypeError('the keyring is cut off')
    return { tag, start, end: start + length }
  }
  const first = byte(at)
  if ((first & 0x80) === 0) throw new TypeError('not an OpenPGP keyring')
  const wide = (index: number): number => {
    byte(index + 3)
    return view.getUint32(index)
  }
  if ((first & 0x40) === 0) {
    const tag = (first >> 2) & 0x0f
    const size = first & 0x03
    if (size === 0) return whole(tag, at + 2, byte(at + 1))
    if (size === 1) return whole(tag, at + 3, byte(at + 1) * 256 + byte(at + 2))
    if (size === 2) return whole(tag, at + 5, wide(at + 1))
    throw new TypeError('a packet of indeterminate length in the keyring')
  }
  const tag = first & 0x3f
  const length = byte(at + 1)
  if (length < 192) return whole(tag, at + 2, length)
  if (length < 224) return whole(tag, at + 3, (length - 192) * 256 + byte(at + 2) + 192)
  if (length === 255) return whole(tag, at + 6, wide(at + 2))
  throw new TypeError('a packet of partial length in the keyring')
}

/** Version 4: SHA-1 over 0x99, a length of two bytes, the packet. Version 6: SHA-256 over 0x9b, one of four. */
function fingerprint(packet: Uint8Array): string {
  const version = packet[0]
  const prefix = version === 4 ? Buffer.alloc(3) : Buffer.alloc(5)
  if (version === 4) {
    prefix[0] = 0x99
    prefix.writeUInt16BE(packet.length, 1)
  } else if (version === 6) {
    prefix[0] = 0x9b
    prefix.writeUInt32BE(packet.length, 1)
  } else throw new TypeError(`a key of version ${version}, which is not to be trusted`)
  const hash = createHash(version === 4 ? 'sha1' : 'sha256')
  return hash.update(prefix).update(packet).digest('hex').toUpperCase()
}
