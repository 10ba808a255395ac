import { type Duplex, Readable } from 'node:stream'
import { text as readAll } from 'node:stream/consumers'
import { AndamioError } from '../errors.ts'
import { parseScript, ScriptError, type SimpleCommand, type Word } from '../shell/script.ts'
import type { Connection, ExecOptions, ExecResult } from './connection.ts'
import { firstLine } from './failures.ts'
import { altersCommands, runners, verbs } from './read-only-verbs.ts'
import { udpKnock } from './udp-knock.ts'

/**
 * Lets only reads through: a command is run when every command that it could run is known to change nothing. What it
 * cannot read or does not know it refuses, with `check-mode-write`.
 */
export class ReadOnlyConnection implements Connection {
  readonly #inner: Connection

  constructor(inner: Connection) {
    this.#inner = inner
  }

  get host(): string {
    return this.#inner.host
  }

  get roundTrips(): number {
    return this.#inner.roundTrips
  }

  async exec(command: string, options: ExecOptions): Promise<ExecResult> {
    const stdin = options.stdin instanceof Readable ? await readAll(options.stdin) : options.stdin
    const problem = whyNotRead(command, stdin)
    if (problem !== undefined) throw refusal(this.host, problem, isScriptByStdin(command) ? String(stdin) : command)
    return this.#inner.exec(command, stdin === undefined ? options : { ...options, stdin })
  }

  forward(address: string, port: number): Promise<Duplex> {
    return this.#inner.forward(address, port)
  }

  close(): Promise<void> {
    return this.#inner.close()
  }
}

function refusal(host: string, problem: string, script: string): AndamioError {
  return new AndamioError({
    code: 'check-mode-write',
    message: `Refused on ${host}, where this run may only read: ${problem}`,
    place: `${host}: ${firstLine(script)}`,
    cause: 'a probe acts, or uses a command that is not known to change nothing',
    next: 'This is a bug of the resource: its probe must only read. See engine/connection/read-only-verbs.ts.',
  })
}

const isScriptByStdin = (command: string): boolean => /^sh -[a-z]*s$/.test(command)

/** What keeps a command, with the script that it may read from stdin, from being a read; undefined where nothing does. */
export function whyNotRead(command: string, stdin?: string | Uint8Array): string | undefined {
  const script = isScriptByStdin(command) ? Buffer.from(stdin ?? '').toString('utf8') : command
  try {
    return problemOf(script)
  } catch (error) {
    if (error instanceof ScriptError) return `it holds ${error.message}`
    throw error
  }
}

function problemOf(source: string): string | undefined {
  const { commands, functions, background } = parseScript(source)
  if (background) return 'it leaves something running by &'
  for (const command of commands) {
    const problem = problemOfCommand(command, functions)
    if (problem !== undefined) return problem
  }
  return undefined
}

function problemOfCommand(command: SimpleCommand, functions: ReadonlySet<string>): string | undefined {
  const written = command.redirects.find(redirect => !isHarmless(redirect.operator, redirect.target))
  if (written) return `it writes by ${written.operator}${written.target.source}`
  const loaded = command.assignments.find(({ name }) => altersCommands.test(name))
  if (loaded) return `it sets ${loaded.name}, which changes what commands mean`
  return problemOfWords(command.words, functions)
}

const isHarmless = (operator: string, target: Word): boolean =>
  operator === '<' || target.text === '/dev/null' || (operator.endsWith('&') && /^([0-9]+|-)$/.test(target.text ?? ''))

/** One script of ours, word for word, and where to: it writes into the network, and nothing else. */
const isKnock = ([flag, script, ...rest]: readonly Word[]): boolean =>
  flag?.text === '-c' && script?.text === udpKnock && rest.length === 3 && rest.every(({ text }) => text !== undefined)

function problemOfWords(words: readonly Word[], functions: ReadonlySet<string>): string | undefined {
  const [head, ...args] = words
  if (!head) return undefined
  const name = head.text
  if (name === undefined) return `which command ${head.source} is shows only when it runs`
  if (functions.has(name)) return undefined
  if (args.length === 1 && args[0]?.text === '--version') return undefined
  if (name === 'bash' && isKnock(args)) return undefined
  const runner = runners.get(name)
  if (runner) {
    const inner = runner(args)
    if (inner === undefined) return `what ${[name, ...args.map(arg => arg.source)].join(' ')} runs cannot be seen`
    return 'script' in inner ? problemOf(inner.script) : problemOfWords(inner.words, functions)
  }
  const verb = verbs.get(name)
  if (!verb) return `${name} is not known to only read`
  return verb(args) ? undefined : `${[name, ...args.map(arg => arg.source)].join(' ')} may change something`
}
