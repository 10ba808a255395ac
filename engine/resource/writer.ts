import { uptime } from 'node:os'
import type { Connection, ExecResult } from '../connection/connection.ts'
import { makeDirectories } from '../connection/make-directories.ts'
import { sendAndRun, sendEntries, uploadFailed } from '../connection/upload.ts'
import { fitting } from '../connection/upload-archive.ts'
import { bytesOf, type UploadDirectory, type UploadEntry, type UploadFile } from '../connection/upload-file.ts'
import { AndamioError, exitCode } from '../errors.ts'
import type { Emit } from '../report/events.ts'
import { quote } from '../shell/quote.ts'
import type { HostFacts, HostWriter, RunOptions } from './host.ts'
import { fenceFile, guard, lockTrySeconds, type Refusal, readRefusal, waitForLock } from './host-guard.ts'
import type { Permission } from './permission.ts'
import type { ApiTarget } from './probe.ts'

interface Parts {
  readonly connection: Connection
  readonly facts: HostFacts
  readonly emit: Emit
  /** The run's: whoever waits for the host's lock then waits no longer. */
  readonly signal: AbortSignal
  /** Without it nothing but the host's lock is asked. */
  readonly permission?: Permission
  /** Told of each command, by its name for people; what it gives is called when the command has ended. */
  begins?(what: string): (() => void) | undefined
  writerOf(target: ApiTarget<unknown, unknown>): Promise<unknown>
  /** Put in place together with the file that is uploaded, or the directory that is made. */
  readonly company?: readonly UploadEntry[]
}

const lockLimitSeconds = 900
/** Whoever is late again after that often having been permitted anew is not late, but broken. */
const mostLate = 5

const limitsOf = ({ timeoutSeconds = 120, onStderrLine }: RunOptions) => ({
  timeoutSeconds: timeoutSeconds + lockTrySeconds,
  ...(onStderrLine ? { onStderrLine } : {}),
})

/** The writer of a real host. Whatever it does there begins with the host's guard. */
export class HostWriterOverSsh implements HostWriter {
  readonly host: string
  readonly facts: HostFacts
  readonly signal: AbortSignal
  readonly #parts: Parts
  #uptimeAhead: number

  constructor(parts: Parts) {
    this.host = parts.connection.host
    this.facts = parts.facts
    this.signal = parts.signal
    this.#parts = parts
    this.#uptimeAhead = parts.facts.uptimeAheadSeconds
  }

  async run(script: string, options: RunOptions): Promise<string> {
    const { what, file } = options
    const isLarge = file !== undefined && fitting([file]) === 0
    if (isLarge) await this.upload(file)
    const began = performance.now()
    const ends = this.#parts.begins?.(what)
    const result = await this.#guarded<ExecResult & { readonly isInPlace?: boolean }>(guard =>
      file && !isLarge ? this.#putAndRun(file, script, guard, options) : this.#run(script, guard, options),
    ).finally(ends)
    if (file && result.isInPlace === false) throw uploadFailed(result, this.host, file.path)
    if (result.code !== 0) throw this.#failed(result, what, (performance.now() - began) / 1000)
    return result.stdout.toString('utf8').trimEnd()
  }

  #run(script: string, guard: string, options: RunOptions): Promise<ExecResult> {
    const { connection } = this.#parts
    const text = `set -eu\n${guard}\n${script}`
    const limits = limitsOf(options)
    if (options.stdin === undefined) return connection.exec('sh -s', { ...limits, stdin: `{ ${text}\n}\n` })
    // The first line makes the guard wait for what comes by stdin: it must not let through what arrives later.
    const command = `sh -c ${quote(`{ read -r _\n${text}\n}\n`)}`
    return connection.exec(command, {
      ...limits,
      stdin: Buffer.concat([Buffer.from('\n'), bytesOf(options.stdin)]),
    })
  }

  #putAndRun(file: UploadFile, script: string, guard: string, options: RunOptions) {
    const order = { file, script, ...limitsOf(options) }
    return sendAndRun(this.#parts.connection, order, { script: guard, seconds: 0 })
  }

  async upload(file: UploadFile): Promise<void> {
    if (await this.#putInCompany(file)) return
    const result = await this.#send([file])
    if (result.code !== 0) throw uploadFailed(result, this.host, file.path)
  }

  async makeDirectory(directory: UploadDirectory): Promise<void> {
    if (await this.#putInCompany(directory)) return
    await this.run(makeDirectories([directory]), { what: `make directory ${directory.path}` })
  }

  /** False where it is to go alone; as what fails in company is: then it is known whose failure it is. */
  async #putInCompany(first: UploadEntry): Promise<boolean> {
    const { company = [] } = this.#parts
    return company.length > 0 && (await this.#send([first, ...company])).code === 0
  }

  #send(entries: readonly [UploadEntry, ...UploadEntry[]]): Promise<ExecResult> {
    return this.#guarded(script => sendEntries(this.#parts.connection, entries, { script, seconds: lockTrySeconds }))
  }

  /** Tries until the host's guard lets it through. A refused attempt has done nothing. */
  async #guarded<R extends ExecResult>(attempt: (guard: string) => Promise<R>): Promise<R> {
    const { permission } = this.#parts
    const began = performance.now()
    for (let late = 0; ; ) {
      const permit = await permission?.permit()
      const result = await attempt(
        guard(permit && { token: permit.token, until: Math.floor(permit.until + this.#uptimeAhead) }),
      )
      const refusal = result.code === 0 ? undefined : readRefusal(result.stderr)
      if (!refusal) return result
      if (refusal.is === 'locked') {
        this.signal.throwIfAborted()
        if (performance.now() - began > lockLimitSeconds * 1000) throw this.#stillLocked(refusal.by)
        this.waiting('an earlier run on this host', lockLimitSeconds, refusal.by)
        const { script: stdin, timeoutSeconds } = waitForLock
        await this.#parts.connection.exec('sh -s', { stdin, timeoutSeconds, signal: this.signal })
        continue
      }
      await permission?.verify()
      if (refusal.is === 'fenced' || ++late > mostLate) throw this.#refused(refusal)
      // Measured when the answer came, so never more than it is: an order is refused rather too early than too late.
      this.#uptimeAhead = refusal.uptime - uptime()
    }
  }

  #failed(result: ExecResult, what: string, seconds: number): AndamioError {
    return new AndamioError({
      code: 'command-failed',
      message: `${what} failed on ${this.host} after ${Math.round(seconds)} s`,
      place: this.host,
      cause: result.signal ? `it was ended by ${result.signal}` : `it ended with status ${result.code}`,
      stderr: result.stderr.trimEnd().split('\n').slice(-15),
      next: 'Mend what its last lines name, then run the same command again: what is done already is not done twice.',
    })
  }

  #stillLocked(holder: string): AndamioError {
    return new AndamioError(
      {
        code: 'host-locked',
        message: `What an earlier run started on ${this.host} has not ended within ${lockLimitSeconds} s`,
        place: this.host,
        cause: `it is held by ${holder}`,
        next: 'Look at that process on the host; when it has ended, run again.',
      },
      exitCode.locked,
    )
  }

  #refused(refusal: Exclude<Refusal, { is: 'locked' }>): AndamioError {
    const why =
      refusal.is === 'fenced'
        ? `it has followed lease ${refusal.token}, which is newer than ours`
        : 'our orders arrive there too late, time after time'
    return new AndamioError(
      {
        code: 'host-fenced',
        message: `${this.host} does not follow this run`,
        place: `${this.host}:${fenceFile}`,
        cause: why,
        next: `See that no run with another inventory acts on ${this.host}; if none does, remove ${fenceFile} there.`,
      },
      exitCode.locked,
    )
  }

  waiting(what: string, limitSeconds: number, detail?: string): void {
    this.#parts.emit({ type: 'wait', host: this.host, what, limitSeconds, seconds: 0, ...(detail ? { detail } : {}) })
  }

  async on<W>(target: ApiTarget<unknown, W>): Promise<W> {
    return (await this.#parts.writerOf(target as ApiTarget<unknown, unknown>)) as W
  }
}
