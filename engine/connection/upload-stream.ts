import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'

/** So much is written, then read back and sent to the disk while the next comes: 64 MiB. */
export const pieceBytes = 64 * 1024 * 1024

/** Small enough that what is sent and its sum are made in turn. */
const sendBytes = 256 * 1024

/**
 * Shell text that takes `$length` bytes from stdin, then the line of their sum, and puts them in place. Nothing is done
 * after the last byte that could be done before: while a file comes it is summed, from what has been written, and sent to
 * the disk. Nothing drops what has been written from memory before it is read back, as dd's `nocache` does. `dd` takes
 * exactly what is meant for it, where other readers read ahead, by as much as stays near the processor. Where openssl is,
 * it sums three times as fast as many a sha256sum. Nobody but root can read the file before it has its mode.
 */
export const receive = (guard: string): string => `set -eu; umask 077; path=$1; mode=$2; owner=$3; length=$4; left=$4
temporary=$(mktemp "$(dirname -- "$path")/.andamio-XXXXXXXX")
trap 'rm -f -- "$temporary"' EXIT; trap 'exit 1' HUP INT TERM PIPE
arrived() { stat -c %s -- "$temporary"; }
# Linux tells of a disk's failure once, and the last sync would hear nothing: a file of another length is not put in place.
to_disk() { sync -d -- "$temporary" || truncate -cs +1 -- "$temporary"; }
write() {
  while [ "$left" -gt 0 ]; do
    piece=$((left < ${pieceBytes} ? left : ${pieceBytes}))
    dd of="$temporary" bs=64K count="$piece" iflag=fullblock,count_bytes oflag=append conv=notrunc status=none
    left=$((left - piece))
    # Nothing more comes from a connection that is broken.
    [ "$(arrived)" = $((length - left)) ] || break
    echo "$piece"
    to_disk &
  done
  wait
}
read_back() {
  at=0
  while read -r piece; do
    dd if="$temporary" bs=64K skip="$at" count="$piece" iflag=skip_bytes,count_bytes status=none
    at=$((at + piece))
  done
}
sum() { if command -v openssl >/dev/null; then openssl dgst -sha256 -r; else sha256sum; fi; }
found=$(write | read_back | sum)
[ "$(arrived)" = "$length" ] || exit 1
read -r sum
[ "\${found%% *}" = "$sum" ] || { echo 'the content did not arrive whole' >&2; exit 1; }
chmod 0 "$temporary"; chown -- "$owner" "$temporary"; chmod -- "$mode" "$temporary"
sync -- "$temporary"
${guard}
mv -fT -- "$temporary" "$path"
trap - EXIT`

/** What `receive` takes. The sum comes last: it is made while the content is under way. */
export function stream(content: Uint8Array): Readable {
  return Readable.from(pieces(content), { objectMode: false })
}

function* pieces(content: Uint8Array): Generator<Uint8Array> {
  const sum = createHash('sha256')
  for (let at = 0; at < content.length; at += sendBytes) {
    const piece = content.subarray(at, at + sendBytes)
    sum.update(piece)
    yield piece
  }
  yield Buffer.from(`${sum.digest('hex')}\n`)
}
