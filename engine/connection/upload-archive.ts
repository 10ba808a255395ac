import { createHash, randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path/posix'
import { tar } from '../archive/tar.ts'
import { raw, sh } from '../shell/sh.ts'
import { bytesOf, type UploadFile } from './upload-file.ts'

/** What an archive holds at most. It is made in memory, and the command that unpacks it names every file. */
const most = { files: 100, bytes: 1024 * 1024, pathBytes: 16 * 1024 }

/** How many of these, from the first on, one archive can hold: files of one directory, not too large and not too many. */
export function fitting(files: readonly UploadFile[]): number {
  const left = { bytes: most.bytes, pathBytes: most.pathBytes }
  const over = files.slice(0, most.files).findIndex(({ path, content }) => {
    left.bytes -= Buffer.byteLength(content)
    left.pathBytes -= Buffer.byteLength(path)
    return left.bytes < 0 || left.pathBytes < 0 || dirname(path) !== dirname(files[0]?.path ?? '')
  })
  return over < 0 ? Math.min(files.length, most.files) : over
}

/**
 * Shell text that unpacks an archive of such files from stdin, and puts each in its place. They wait for that in a
 * directory beside, which nobody but root can enter, and whose name starts with a dot, for the readers of *.d
 * directories pass over that. Checksums come in the archive: that of a short secret would give it away in argv.
 */
export function unpack(files: readonly UploadFile[], guard: string): string {
  const numbers = files.map((_, number) => String(number))
  const stage = join(dirname(files[0]?.path ?? ''), `.andamio-${randomBytes(8).toString('hex')}`)
  return sh`set -eu; umask 077; trap 'exit 1' HUP INT TERM PIPE
stage=${stage}; mkdir "$stage"; trap 'rm -rf "$stage"' EXIT; cd "$stage"
tar -xmof -
sha256sum -c --status sums || { echo 'the content did not arrive whole' >&2; exit 1; }
${raw(grouped(files, ({ owner }) => owner, 'chown'))}
${raw(grouped(files, ({ mode }) => mode, 'chmod'))}
sync ${numbers}
${raw(guard)}
${raw(files.map(({ path }, number) => sh`mv -fT ${String(number)} ${path}`).join('\n'))}`
}

/** One command for all files of which it is to make the same. Owners come first, for a change of owner takes bits away. */
function grouped(files: readonly UploadFile[], of: (file: UploadFile) => string, command: 'chown' | 'chmod'): string {
  const groups = new Map<string, number[]>()
  for (const [number, file] of files.entries()) groups.set(of(file), [...(groups.get(of(file)) ?? []), number])
  return [...groups].map(([value, numbers]) => sh`${raw(command)} -- ${value} ${numbers.map(String)}`).join('\n')
}

/** What `unpack` takes: the files by their numbers, and the list of their sums. */
export function archive(files: readonly UploadFile[]): Buffer {
  const contents = files.map(({ content }) => bytesOf(content))
  const sums = contents.map((each, number) => `${createHash('sha256').update(each).digest('hex')}  ${number}\n`)
  return tar([
    { path: 'sums', mode: 0o600, content: sums.join('') },
    ...contents.map((content, number) => ({ path: String(number), mode: 0o600, content })),
  ])
}
