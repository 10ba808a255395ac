import { randomBytes } from 'node:crypto'
import { PassThrough, Writable } from 'node:stream'
import { quote } from '../shell/quote.ts'
import type { Running } from './running-command.ts'

/**
 * What stays: reads how long a command and its input are, then both, runs it, and ends what it printed with a mark that
 * no command can know. `dd` takes exactly what is meant for the command, where other readers read ahead; a command that
 * came without its mark is not whole, and not run. `dd` has taken all input before it hands on any, so what a command
 * leaves of it is not the next command; that nobody reads it is no complaint. Every program that is started here costs a
 * small host milliseconds a command: so a command that is a short line comes with the lengths, its own then 0.
 */
const loop = `read -r mark || exit 0
while read -r length input line; do
  [ "$length" = 0 ] || line=$(dd bs="$length" count=1 iflag=fullblock status=none) || exit 98
  case $line in *"$mark") ;; *) exit 98 ;; esac
  if [ "$input" = 0 ]; then
    eval "$line" </dev/null
  else
    dd bs="$input" count=1 iflag=fullblock status=none 2>/dev/null | eval "$line"
  fi
  status=$?
  printf '%s\\n' "$mark" >&2
  printf '%s %s\\n' "$mark" "$status"
done`

/** The simple command that becomes such a shell. */
export const rootShellCommand = `sh -c ${quote(loop)}`

/**
 * A shell that performs one command after the other. Becoming root is most of what a short command costs: sudo asks PAM
 * and writes three lines to the host's journal, and a login shell is started for it. Here that is done once.
 */
export class RootShell {
  readonly #way: Running
  readonly #broken: (cause: string) => Error
  readonly #mark = randomBytes(16).toString('hex')
  #current: { readonly stdout: Marked; readonly stderr: Marked } | undefined
  #ended = false

  /** `way` runs `rootShellCommand`; `broken` makes the error of a command whose answer never came. */
  constructor(way: Running, broken: (cause: string) => Error) {
    this.#way = way
    this.#broken = broken
    way.stdout.on('data', (chunk: Buffer) => this.#current?.stdout.push(chunk))
    way.stderr.on('data', (chunk: Buffer) => this.#current?.stderr.push(chunk))
    way.stdin.on('error', () => undefined) // its end tells
    const end = (): void => this.#end()
    way.ended.then(end, end)
    way.stdin.write(`${this.#mark}\n`)
  }

  /** Whether it can take a command. */
  get isFree(): boolean {
    return !this.#ended && this.#current === undefined
  }

  get hasEnded(): boolean {
    return this.#ended
  }

  /** `simpleCommand` gets `input` on stdin, whole; without it, end-of-file. */
  start(simpleCommand: string, input: Uint8Array = new Uint8Array()): Running {
    if (!this.isFree) throw new Error('a shell performs one command at a time')
    const [stdout, stderr] = [new Marked(this.#mark), new Marked(this.#mark)]
    this.#current = { stdout, stderr }
    const line = `${simpleCommand} # ${this.#mark}`
    const head = isShort(line) ? `0 ${input.length} ${line}\n` : `${Buffer.byteLength(line)} ${input.length}\n${line}`
    this.#way.stdin.write(Buffer.concat([Buffer.from(head), input]))
    return {
      stdin: nowhere(),
      stdout: stdout.content,
      stderr: stderr.content,
      ended: this.#answer(stdout, stderr),
      terminate: () => this.#way.terminate(),
      abandon: () => this.close(),
    }
  }

  async #answer(stdout: Marked, stderr: Marked): ReturnType<() => Running['ended']> {
    const [status] = await Promise.all([stdout.end, stderr.end])
    this.#current = undefined
    if (status !== undefined) return { code: Number(status) }
    const { code, signal } = await this.#way.ended
    // So ends a sudo that refuses, and a login shell that finds none. Nothing else tells what became of the command.
    if (code === 1 || code === 127) return { code }
    throw this.#broken(`its root shell ended by ${signal ?? `status ${code}`} without an answer`)
  }

  close(): void {
    this.#end()
    this.#way.abandon()
  }

  #end(): void {
    this.#ended = true
    this.#current?.stdout.cutOff()
    this.#current?.stderr.cutOff()
  }
}

/** Shells read such a line byte by byte. */
const isShort = (line: string): boolean => line.length < 200 && !/[\n\0]/.test(line)

const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() })

/** One command's part of a stream, which a line that begins with the mark ends. */
class Marked {
  readonly content = new PassThrough()
  /** What follows the mark on its line, when all content has been read; undefined where none came. */
  readonly end: Promise<string | undefined>
  readonly #mark: string
  #held = Buffer.alloc(0)
  #found: string | undefined

  constructor(mark: string) {
    this.#mark = mark
    this.end = new Promise(resolve => this.content.once('end', () => resolve(this.#found)))
  }

  push(chunk: Buffer): void {
    if (this.content.writableEnded) return
    const bytes = Buffer.concat([this.#held, chunk])
    const at = bytes.indexOf(this.#mark)
    // Less than a mark is held back: it may be the beginning of one.
    const sure = at >= 0 ? at : Math.max(0, bytes.length - this.#mark.length + 1)
    this.content.write(bytes.subarray(0, sure))
    this.#held = bytes.subarray(sure)
    const lineEnd = at < 0 ? -1 : this.#held.indexOf('\n')
    if (lineEnd < 0) return
    this.#found = this.#held.toString('latin1', this.#mark.length, lineEnd).trim()
    this.content.end()
  }

  /** Nothing more will come. */
  cutOff(): void {
    if (!this.content.writableEnded) this.content.end(this.#held)
  }
}
