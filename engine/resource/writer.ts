import type { Connection, ExecResult } from '../connection/connection.ts'
import { upload } from '../connection/upload.ts'
import { AndamioError } from '../errors.ts'
import type { Emit } from '../report/events.ts'
import { quote } from '../shell/quote.ts'
import type { HostFacts, HostWriter, RunOptions, Upload } from './host.ts'
import type { ApiTarget } from './probe.ts'

interface Parts {
  readonly connection: Connection
  readonly facts: HostFacts
  readonly emit: Emit
  writerOf(target: ApiTarget<unknown, unknown>): Promise<unknown>
}

const lockFile = '/run/lock/andamio'
const lockLimitSeconds = 900
const lockTrySeconds = 15

/** Names who holds the lock, then gives up with a mark that no command's own failure bears. */
const takeLock = `exec 9>>${lockFile}
if ! flock -w ${lockTrySeconds} 9; then
  for process in /proc/[0-9]*; do
    if [ "$process/fd/9" -ef ${lockFile} ] && [ "$process" != "/proc/$$" ]; then
      read -r name <"$process/comm"; echo "andamio: host locked by process \${process#/proc/} ($name)" >&2; exit 75
    fi
  done
  echo 'andamio: host locked by a process that has just ended' >&2; exit 75
fi`
const lockedMark = /^andamio: host locked by (.*)$/m

/**
 * The writer of a real host. Every script holds the host's lock on descriptor 9, and so does whatever it starts in the
 * foreground: a killed run's apt or kubeadm is waited for, not raced.
 */
export class HostWriterOverSsh implements HostWriter {
  readonly host: string
  readonly facts: HostFacts
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.host = parts.connection.host
    this.facts = parts.facts
    this.#parts = parts
  }

  async run(script: string, options: RunOptions): Promise<string> {
    const began = performance.now()
    for (;;) {
      const result = await this.#locked(script, options)
      if (result.code === 0) return result.stdout.toString('utf8').trimEnd()
      const holder = result.stderr.match(lockedMark)?.[1]
      const seconds = (performance.now() - began) / 1000
      if (holder === undefined) throw this.#failed(result, options.what, seconds)
      if (seconds > lockLimitSeconds) throw this.#stillLocked(holder)
      this.waiting('an earlier run on this host', lockLimitSeconds, holder)
    }
  }

  #locked(script: string, { stdin, timeoutSeconds = 120 }: RunOptions): Promise<ExecResult> {
    const text = `{ set -eu\n${takeLock}\n${script}\n}\n`
    const command = stdin === undefined ? 'sh -s' : `sh -c ${quote(text)}`
    return this.#parts.connection.exec(command, {
      stdin: stdin ?? text,
      timeoutSeconds: timeoutSeconds + lockTrySeconds,
    })
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
    return new AndamioError({
      code: 'host-locked',
      message: `What an earlier run started on ${this.host} has not ended within ${lockLimitSeconds} s`,
      place: this.host,
      cause: `it is held by ${holder}`,
      next: 'Look at that process on the host; when it has ended, run again.',
    })
  }

  async upload(file: Upload): Promise<void> {
    await upload(this.#parts.connection, file)
  }

  waiting(what: string, limitSeconds: number, detail?: string): void {
    this.#parts.emit({ type: 'wait', host: this.host, what, limitSeconds, seconds: 0, ...(detail ? { detail } : {}) })
  }

  async on<W>(target: ApiTarget<unknown, W>): Promise<W> {
    return (await this.#parts.writerOf(target as ApiTarget<unknown, unknown>)) as W
  }
}
