import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { AndamioError } from '../errors.ts'
import { quote } from '../shell/quote.ts'
import type { Connection, ExecResult } from './connection.ts'
import { lastLines } from './failures.ts'

export interface UploadFile {
  /** Absolute. Its directory must exist. */
  readonly path: string
  readonly content: string | Uint8Array
  /** Octal, e.g. `0644`. */
  readonly mode: string
  /** `root:root` or `10001:10001`. */
  readonly owner: string
}

/**
 * The checksum comes first on stdin, for that of a short secret would give it away in argv. The temporary file starts
 * with a dot, which the readers of *.d directories pass over, and nobody but root can read it before it has its mode.
 */
const script = (guard: string): string => `set -eu; umask 077; path=$1; mode=$2; owner=$3
read -r sum
temporary=$(mktemp "$(dirname -- "$path")/.andamio-XXXXXXXX")
trap 'rm -f -- "$temporary"' EXIT; trap 'exit 1' HUP INT TERM PIPE
cat >"$temporary"
printf '%s  %s\\n' "$sum" "$temporary" | sha256sum -c --status - || { echo 'the content did not arrive whole' >&2; exit 1; }
chmod 0 "$temporary"; chown -- "$owner" "$temporary"; chmod -- "$mode" "$temporary"
sync -- "$temporary"
${guard}
mv -fT -- "$temporary" "$path"
trap - EXIT`

/** Slower than this is taken for a hang. */
const bytesPerSecond = 256 * 1024

/**
 * Puts a whole file in place in one round trip: temporary file beside it, checksum, owner, mode, fsync, rename. Whoever
 * reads `path` sees the old content or the new, also when the connection breaks or the host loses power half way.
 *
 * Throws `upload-failed` with the host's own words: no such directory, no space left, a directory stands there.
 */
export async function upload(connection: Connection, file: UploadFile): Promise<void> {
  const result = await sendFile(connection, file)
  if (result.code !== 0) throw uploadFailed(result, connection.host, file.path)
}

/** One attempt of `upload`. Where `guard`, shell text, ends with a status, the file is not put in place. */
export async function sendFile(
  connection: Connection,
  file: UploadFile,
  guard: { readonly script: string; readonly seconds: number } = { script: '', seconds: 0 },
): Promise<ExecResult> {
  if (!/^0?[0-7]{3,4}$/.test(file.mode)) throw new TypeError(`not an octal mode: ${file.mode}`)
  const content = typeof file.content === 'string' ? Buffer.from(file.content) : file.content
  const sum = createHash('sha256').update(content).digest('hex')
  const command = `sh -c ${quote(script(guard.script))} sh ${quote(file.path)} ${quote(file.mode)} ${quote(file.owner)}`
  return connection.exec(command, {
    stdin: input(Buffer.from(`${sum}\n`), content),
    timeoutSeconds: 60 + guard.seconds + Math.ceil(content.length / bytesPerSecond),
  })
}

export function uploadFailed(result: ExecResult, host: string, path: string): AndamioError {
  const stderr = lastLines(result.stderr)
  return new AndamioError({
    code: 'upload-failed',
    message: `${path} could not be written on ${host}`,
    place: `${host}:${path}`,
    cause: stderr.at(-1) ?? `it ended with status ${result.code}`,
    stderr,
    next: 'Mend what the cause names; what stood at this path is untouched.',
  })
}

/** What is small travels whole, and costs no session of its own; of what is large there is no second copy in memory. */
const input = (first: Buffer, content: Uint8Array): Uint8Array | Readable =>
  content.length <= 1024 * 1024
    ? Buffer.concat([first, content])
    : Readable.from([first, content], { objectMode: false })
