import { createHash } from 'node:crypto'
import { appendFileSync, fchmodSync, fstatSync, lstatSync, openSync, rmSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { fileUnwritable } from '../errors.ts'
import { redact } from '../shell/redact.ts'
import type { Connection, ExecOptions, ExecResult } from './connection.ts'
import { whyNotRead } from './read-only.ts'
import { bytesOf, type UploadFile } from './upload-file.ts'

/** One line of the log: a command that has ended. */
export interface ExecEntry {
  /** When the host was given it. ISO 8601. */
  readonly at: string
  readonly host: string
  /** By what the command is, not by who sent it: a read is one that the gate of check mode would let through. */
  readonly purpose: 'read' | 'write'
  /** For a write: what makes it one. */
  readonly why?: string
  /** Exit status; null where it was ended, or no answer was had. */
  readonly code: number | null
  readonly seconds: number
  /** SHA-256 of `text`: the same for the same script. */
  readonly script: string
  /** The script, secrets masked; in the first line that has it. */
  readonly text?: string
  /** Files that were put in place, where the command did that. Of other data on stdin there is nothing here. */
  readonly files?: readonly LoggedFile[]
}

export interface LoggedFile {
  readonly path: string
  readonly mode: string
  readonly owner: string
  readonly bytes: number
  /** Of the content; left out where that holds a secret, which could be guessed from it. */
  readonly sha256?: string
}

/**
 * Starts a log anew, 0600, one JSON line for every command that a host is given from now on. Throws `file-unwritable` (exit
 * 64).
 */
export function openExecLog(file: string): (inner: Connection) => Connection {
  const log = openAnew(file)
  const told = new Set<string>()
  return inner =>
    new LoggedConnection(inner, ({ text, files, ...entry }) => {
      const shown = told.has(entry.script) ? {} : { text }
      told.add(entry.script)
      appendFileSync(log, `${JSON.stringify({ ...entry, ...shown, files })}\n`)
    })
}

/** A file that stood there goes, for whoever may read that one may have it open. Never a device such as /dev/stderr. */
function openAnew(file: string): number {
  try {
    const before = lstatSync(file, { throwIfNoEntry: false })
    if (before?.isFile()) rmSync(file)
    const log = openSync(file, before && !before.isFile() ? 'a' : 'wx', 0o600)
    if (fstatSync(log).isFile()) fchmodSync(log, 0o600)
    return log
  } catch (error) {
    throw fileUnwritable(file, error)
  }
}

type FullEntry = ExecEntry & { readonly text: string }

class LoggedConnection implements Connection {
  readonly #inner: Connection
  readonly #log: (entry: FullEntry) => void

  constructor(inner: Connection, log: (entry: FullEntry) => void) {
    this.#inner = inner
    this.#log = log
  }

  get host(): string {
    return this.#inner.host
  }

  get roundTrips(): number {
    return this.#inner.roundTrips
  }

  async exec(command: string, options: ExecOptions): Promise<ExecResult> {
    const byStdin =
      /^sh -[a-z]*s$/.test(command) && (typeof options.stdin === 'string' || options.stdin instanceof Uint8Array)
    const script = byStdin ? Buffer.from(options.stdin as string | Uint8Array).toString('utf8') : command
    const why = whyNotRead(command, byStdin ? script : undefined)
    const [at, began] = [new Date().toISOString(), performance.now()]
    let code: number | null = null
    try {
      const result = await this.#inner.exec(command, options)
      code = result.code
      return result
    } finally {
      const seconds = Math.round(performance.now() - began) / 1000
      const text = redact(options.nonce === undefined ? script : script.replaceAll(options.nonce, 'NONCE'))
      this.#log({
        at,
        host: this.host,
        purpose: why === undefined ? 'read' : 'write',
        ...(why === undefined ? {} : { why: redact(why) }),
        code,
        seconds,
        script: createHash('sha256').update(text).digest('hex'),
        text,
        ...(options.files ? { files: await Promise.all(options.files.map(logged)) } : {}),
      })
    }
  }

  forward(address: string, port: number): Promise<Duplex> {
    return this.#inner.forward(address, port)
  }

  close(): Promise<void> {
    return this.#inner.close()
  }
}

/** What is larger is no file of ours that holds a secret: archives, programs, images. */
const secretBytes = 1024 * 1024
const pieceBytes = 4 * 1024 * 1024

async function logged({ path, mode, owner, content }: UploadFile): Promise<LoggedFile> {
  const bytes = bytesOf(content)
  const file = { path, mode, owner, bytes: bytes.length }
  if (bytes.length <= secretBytes) {
    const text = Buffer.from(bytes).toString('utf8')
    if (redact(text) !== text) return file
  }
  const sum = createHash('sha256')
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    sum.update(bytes.subarray(at, at + pieceBytes))
    await setImmediate() // other hosts are waiting for answers
  }
  return { ...file, sha256: sum.digest('hex') }
}
