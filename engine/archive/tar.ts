/** One file or folder of an archive. */
export interface TarEntry {
  /** Relative, without `./`; a folder's ends in `/`. At most 100 bytes. */
  readonly path: string
  readonly mode: number
  /** Numeric; default 0. */
  readonly uid?: number
  readonly gid?: number
  /** None for a folder. */
  readonly content?: string | Uint8Array
}

const block = 512

/** An archive in the ustar form, which every tar reads, made in memory: what it holds is secret and small. */
export function tar(entries: readonly TarEntry[], now = new Date()): Buffer {
  const seconds = Math.floor(now.getTime() / 1000)
  const parts = entries.flatMap(entry => {
    const content = Buffer.from(entry.content ?? '')
    return [header(entry, content.length, seconds), content, Buffer.alloc(-content.length & (block - 1))]
  })
  return Buffer.concat([...parts, Buffer.alloc(2 * block)])
}

function header({ path, mode, uid = 0, gid = 0 }: TarEntry, size: number, seconds: number): Buffer {
  if (Buffer.byteLength(path) > 100) throw new RangeError(`too long for a tar header: ${path}`)
  const head = Buffer.alloc(block)
  const octal = (value: number, at: number, length: number) =>
    head.write(value.toString(8).padStart(length - 1, '0'), at)
  head.write(path, 0)
  octal(mode, 100, 8)
  octal(uid, 108, 8)
  octal(gid, 116, 8)
  octal(size, 124, 12)
  octal(seconds, 136, 12)
  head.write(path.endsWith('/') ? '5' : '0', 156)
  head.write('ustar\x0000', 257)
  // The sum counts its own field as blanks.
  head.fill(' ', 148, 156)
  const sum = head.reduce((total, byte) => total + byte, 0)
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return head
}
