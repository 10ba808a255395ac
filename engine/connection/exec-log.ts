import { createHash } from 'node:crypto'
import { appendFileSync, fchmodSync, fstatSync, lstatSync, openSync, rmSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import { fileUnwritable } from '../errors.ts'
import { redact } from '../shell/redact.ts'
import type { Connection, ExecOptions, ExecResult } from './connection.ts'
import { firstLine } from './failures.ts'
import { whyNotRead } from './read-only.ts'

/** One line of the log. */
export interface ExecEntry {
  readonly at: string
  readonly host: string
  /** By what the command is, not by who sent it: a read is one that the gate of check mode would let through. */
  readonly purpose: 'read' | 'write'
  /** For a write: what makes it one. */
  readonly why?: string
  readonly firstLine: string
  /** SHA-256 of the script, as the script may be long; of data on stdin there is nothing here. */
  readonly script: string
  readonly code: number | null
}

/**
 * Starts a log anew, 0600, one JSON line for every command that a host is given from now on. Throws `file-unwritable` (exit
 * 64).
 */
export function openExecLog(file: string): (inner: Connection) => Connection {
  const log = openAnew(file)
  return inner => new LoggedConnection(inner, entry => appendFileSync(log, `${JSON.stringify(entry)}\n`))
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

class LoggedConnection implements Connection {
  readonly #inner: Connection
  readonly #log: (entry: ExecEntry) => void

  constructor(inner: Connection, log: (entry: ExecEntry) => void) {
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
    let code: number | null = null
    try {
      const result = await this.#inner.exec(command, options)
      code = result.code
      return result
    } finally {
      this.#log({
        at: new Date().toISOString(),
        host: this.host,
        purpose: why === undefined ? 'read' : 'write',
        ...(why === undefined ? {} : { why: redact(why) }),
        // Before it is cut: half a secret would not be known for one.
        firstLine: firstLine(redact(script)),
        script: createHash('sha256').update(script).digest('hex'),
        code,
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
