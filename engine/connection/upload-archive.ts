import { createHash, randomBytes } from 'node:crypto'
import { dirname } from 'node:path/posix'
import { tar } from '../archive/tar.ts'
import { raw, sh } from '../shell/sh.ts'
import { grouped, makeDirectories } from './make-directories.ts'
import { bytesOf, isFile, type UploadEntry, type UploadFile } from './upload-file.ts'

/** What an archive holds at most. It is made in memory, and the command that unpacks it names every file. */
const most = { entries: 128, bytes: 1024 * 1024, pathBytes: 16 * 1024 }

/**
 * How many of these, from the first on, one archive can hold: directories, then files of one directory, not too large and
 * not too many.
 */
export function fitting(entries: readonly UploadEntry[]): number {
  const left = { bytes: most.bytes, pathBytes: most.pathBytes }
  let place: string | undefined
  const over = entries.slice(0, most.entries).findIndex(entry => {
    left.pathBytes -= Buffer.byteLength(entry.path)
    if (!isFile(entry)) return place !== undefined || left.pathBytes < 0
    place ??= dirname(entry.path)
    left.bytes -= Buffer.byteLength(entry.content)
    return left.bytes < 0 || left.pathBytes < 0 || dirname(entry.path) !== place
  })
  return over < 0 ? Math.min(entries.length, most.entries) : over
}

/**
 * Shell text that makes directories, unpacks an archive of the files from stdin, and puts each in its place. They wait
 * for that in a directory beside, which nobody but root can enter, and whose name starts with a dot, for the readers of
 * *.d directories pass over that; where that place is still to be made, in the nearest one above, which is on the same
 * file system. Checksums come in the archive: that of a short secret would give it away in argv.
 */
export function unpack(entries: readonly UploadEntry[], guard: string): string {
  const files = entries.filter(isFile)
  const directories = entries.filter(entry => !isFile(entry))
  return sh`set -eu; trap 'exit 1' HUP INT TERM PIPE
${raw(files.length > 0 ? receiveArchive(files, directories.length > 0) : '')}
${raw(guard)}
${raw(directories.length > 0 ? makeDirectories(directories) : '')}
${raw(files.map(({ path }, number) => sh`mv -fT ${String(number)} ${path}`).join('\n'))}`
}

/** First line of what `unpackThen` prints, when everything is in its place. */
export const inPlace = 'andamio: in place\n'

/** The same for files, and shell text that begins after it as if it were alone, with nothing on stdin. */
export const unpackThen = (files: readonly UploadFile[], guard: string, script: string): string =>
  sh`${raw(unpack(files, guard))}
trap - EXIT HUP INT TERM PIPE; rm -rf "$stage"; cd "$OLDPWD"; exec </dev/null; printf %s ${inPlace}
${raw(script)}`

function receiveArchive(files: readonly UploadFile[], placeMayBeMissing: boolean): string {
  const numbers = files.map((_, number) => String(number))
  return sh`beside=${dirname(files[0]?.path ?? '')}
${raw(placeMayBeMissing ? upToWhatIsThere : '')}
stage=$beside/.andamio-${raw(randomBytes(8).toString('hex'))}; mkdir -m 0700 "$stage"; trap 'rm -rf "$stage"' EXIT; cd "$stage"
tar -xmof -
sha256sum -c --status sums || { echo 'the content did not arrive whole' >&2; exit 1; }
${raw(grouped(files, ({ owner }) => owner, 'chown', numbered))}
${raw(grouped(files, ({ mode }) => mode, 'chmod', numbered))}
sync ${numbers}`
}

const upToWhatIsThere = sh`until [ -d "$beside/" ]; do beside=\${beside%/*}; done`
const numbered = (_: UploadFile, number: number): string => String(number)

/** What `unpack` takes: the files by their numbers, and the list of their sums. */
export function archive(files: readonly UploadFile[]): Buffer {
  const contents = files.map(({ content }) => bytesOf(content))
  const sums = contents.map((each, number) => `${createHash('sha256').update(each).digest('hex')}  ${number}\n`)
  return tar([
    { path: 'sums', mode: 0o600, content: sums.join('') },
    ...contents.map((content, number) => ({ path: String(number), mode: 0o600, content })),
  ])
}
