import { AndamioError } from '../errors.ts'
import { quote } from '../shell/quote.ts'
import type { Connection, ExecOptions, ExecResult } from './connection.ts'
import { lastLines } from './failures.ts'
import { archive, fitting, inPlace, unpack, unpackThen } from './upload-archive.ts'
import { bytesOf, isFile, type UploadEntry, type UploadFile } from './upload-file.ts'
import { receive, stream } from './upload-stream.ts'

/** Slower than this is taken for a hang. */
const bytesPerSecond = 256 * 1024

/**
 * Puts a whole file in place in one round trip: temporary file beside it, checksum, owner, mode, fsync, rename. Whoever
 * reads `path` sees the old content or the new, also when the connection breaks or the host loses power half way.
 *
 * Throws `upload-failed` with the host's own words: no such directory, no space left, a directory stands there.
 */
export async function upload(connection: Connection, file: UploadFile): Promise<void> {
  const result = await sendEntries(connection, [file])
  if (result.code !== 0) throw uploadFailed(result, connection.host, file.path)
}

/** Shell text that stands before a file is put in place; where it ends with a status, none is. */
export interface UploadGuard {
  readonly script: string
  /** How long it may take. */
  readonly seconds: number
}

const noGuard: UploadGuard = { script: '', seconds: 0 }

/**
 * One attempt of `upload`, for directories and files that are `fitting`, or for one file of any size. Nothing tells which
 * of many failed.
 */
export async function sendEntries(
  connection: Connection,
  entries: readonly [UploadEntry, ...UploadEntry[]],
  guard: UploadGuard = noGuard,
): Promise<ExecResult> {
  checkModes(entries)
  const files = entries.filter(isFile)
  const { words, stdin } =
    fitting(entries) === entries.length ? asArchive(entries, files, guard) : asStream(entries, guard)
  return connection.exec(words.map(quote).join(' '), {
    ...(stdin && { stdin }),
    files,
    timeoutSeconds: guard.seconds + secondsFor(files),
  })
}

/** A script, and the file that is to be in place when it begins. */
export interface FileAndScript extends Pick<ExecOptions, 'timeoutSeconds' | 'onStderrLine'> {
  /** One that is `fitting`. */
  readonly file: UploadFile
  readonly script: string
}

/** One attempt of both, in one round trip. Where the file is not in place, the script has not begun. */
export async function sendAndRun(
  connection: Connection,
  { file, script, timeoutSeconds, ...options }: FileAndScript,
  guard: UploadGuard = noGuard,
): Promise<ExecResult & { readonly isInPlace: boolean }> {
  checkModes([file])
  const result = await connection.exec(`sh -c ${quote(unpackThen([file], guard.script, script))}`, {
    ...options,
    stdin: archive([file]),
    files: [file],
    timeoutSeconds: timeoutSeconds + guard.seconds + secondsFor([file]),
  })
  const isMarked = result.stdout.subarray(0, inPlace.length).equals(Buffer.from(inPlace))
  const stdout = isMarked ? result.stdout.subarray(inPlace.length) : result.stdout
  // Of very long output only the end is kept, without the mark.
  return { ...result, stdout, isInPlace: isMarked || result.code === 0 }
}

function checkModes(entries: readonly UploadEntry[]): void {
  for (const { mode } of entries) if (!/^0?[0-7]{3,4}$/.test(mode)) throw new TypeError(`not an octal mode: ${mode}`)
}

function secondsFor(files: readonly UploadFile[]): number {
  const bytes = files.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0)
  return 60 + Math.ceil(bytes / bytesPerSecond)
}

const asArchive = (entries: readonly UploadEntry[], files: readonly UploadFile[], guard: UploadGuard) => ({
  words: ['sh', '-c', unpack(entries, guard.script)],
  stdin: files.length > 0 ? archive(files) : undefined,
})

/** Of what is large there is no second copy in memory; it has a session of its own. */
function asStream([file, ...others]: readonly [UploadEntry, ...UploadEntry[]], guard: UploadGuard) {
  if (others.length > 0 || !isFile(file)) throw new RangeError(`${others.length + 1} entries do not fit in one archive`)
  const content = bytesOf(file.content)
  const args = [file.path, file.mode, file.owner, String(content.length)]
  return { words: ['sh', '-c', receive(guard.script), 'sh', ...args], stdin: stream(content) }
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
