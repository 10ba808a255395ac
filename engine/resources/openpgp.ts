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
