import { packLimits, smallUpload } from '../protocol/limits.ts'

/** What tells with which others a file travels. */
export interface Sized {
  /** Bytes, where they are known. */
  readonly size: number | undefined
  /** When it is small it may travel with others. */
  readonly packable: boolean
}

/** Bytes of one pack, which are in memory. */
const packBytes = 2 ** 20

export const laneOf = ({ size }: Sized) => (size === undefined ? 'unknown' : size <= smallUpload ? 'small' : 'large')

/** Small files, some of them at a time, as soon as there are enough; and each of the others by itself. */
export function* groupsOf<T extends Sized>(transfers: Iterable<T>): Generator<readonly T[]> {
  let [pack, bytes]: [T[], number] = [[], 0]
  for (const transfer of transfers) {
    if (!transfer.packable || laneOf(transfer) !== 'small') {
      yield [transfer]
      continue
    }
    const size = transfer.size ?? 0
    if (pack.length === packLimits.files || bytes + size > packBytes) {
      yield pack
      ;[pack, bytes] = [[], 0]
    }
    pack.push(transfer)
    bytes += size
  }
  if (pack.length > 0) yield pack
}
