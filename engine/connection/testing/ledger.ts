import { Readable } from 'node:stream'
import { text as readAll } from 'node:stream/consumers'
import type { Connection, ExecOptions, ExecResult } from '../connection.ts'

export interface Entry {
  readonly command: string | RegExp
  /** What must come by stdin; without it, nothing may. */
  readonly stdin?: string | RegExp
  /** What the host says to it, or how the way to it fails. */
  readonly answer: (Partial<Omit<ExecResult, 'stdout'>> & { readonly stdout?: string }) | Error
}

/**
 * A host that expects exact commands in exact order and answers what it was told to. Anything else fails, there and
 * again in `close`, so that code under test cannot swallow it; so do commands that never came.
 */
export class Ledger implements Connection {
  readonly host: string
  readonly #expected: Entry[]
  readonly #surprises: string[] = []
  roundTrips = 0

  constructor(host: string, expected: readonly Entry[]) {
    this.host = host
    this.#expected = [...expected]
  }

  async exec(command: string, options: ExecOptions): Promise<ExecResult> {
    const stdin =
      options.stdin instanceof Readable ? await readAll(options.stdin) : Buffer.from(options.stdin ?? '').toString()
    const entry = this.#expected.shift()
    if (!entry || !fits(entry.command, command) || !fits(entry.stdin ?? '', stdin)) {
      const wanted = entry ? `${entry.command} with ${entry.stdin ?? 'no stdin'}` : 'no command any more'
      const surprise = `${this.host} expected ${wanted}, and got ${command} with ${stdin || 'no stdin'}`
      this.#surprises.push(surprise)
      throw new Error(surprise)
    }
    if (entry.answer instanceof Error) throw entry.answer
    this.roundTrips++
    return { code: 0, stderr: '', ...entry.answer, stdout: Buffer.from(entry.answer.stdout ?? '') }
  }

  forward(address: string, port: number): Promise<never> {
    return Promise.reject(new Error(`${this.host} expected no stream to ${address}:${port}`))
  }

  /** Throws unless all that was expected came, and nothing else. */
  async close(): Promise<void> {
    const missing = this.#expected.map(({ command }) => `${this.host} never got ${command}`)
    const problems = [...this.#surprises, ...missing]
    if (problems.length > 0) throw new Error(problems.join('\n'))
  }
}

const fits = (wanted: string | RegExp, got: string): boolean =>
  typeof wanted === 'string' ? wanted === got : wanted.test(got)
