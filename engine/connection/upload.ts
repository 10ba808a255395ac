import { createHash } from 'node:crypto'
import { AndamioError } from '../errors.ts'
import { quote } from '../shell/quote.ts'
import type { Connection, ExecResult } from './connection.ts'
import { lastLines } from './failures.ts'
import { receive as receiveStream, stream } from './upload-stream.ts'

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
 * The temporary file starts with a dot, which the readers of *.d directories pass over, and nobody but root can read it
 * before it has its mode. Checksums come on stdin, for that of a short secret would give it away in argv.
 */
const script = (receive: string, guard: string): string => `set -eu; umask 077; path=$1; mode=$2; owner=$3; length=$4
temporary=$(mktemp "$(dirname -- "$path")/.andamio-XXXXXXXX")
trap 'rm -f -- "$temporary"' EXIT; trap 'exit 1' HUP INT TERM PIPE
${receive}
chmod 0 "$temporary"; chown -- "$owner" "$temporary"; chmod -- "$mode" "$temporary"
sync -- "$temporary"
${guard}
mv -fT -- "$temporary" "$path"
trap - EXIT`

/** Takes the line of the sum, then the content. */
const receiveWhole = `read -r sum
cat >"$temporary"
printf '%s  %s\\n' "$sum" "$temporary" | sha256sum -c --status - || { echo 'the content did not arrive whole' >&2; exit 1; }`

/** What is small travels whole, and costs no session of its own; of what is large there is no second copy in memory. */
const smallBytes = 1024 * 1024

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
  const [receive, stdin] =
    content.length <= smallBytes ? [receiveWhole, whole(content)] : [receiveStream, stream(content)]
  const args = [file.path, file.mode, file.owner, String(content.length)]
  return connection.exec(['sh', '-c', script(receive, guard.script), 'sh', ...args].map(quote).join(' '), {
    stdin,
    timeoutSeconds: 60 + guard.seconds + Math.ceil(content.length / bytesPerSecond),
  })
}

const whole = (content: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from(`${createHash('sha256').update(content).digest('hex')}\n`), content])

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
