import { once } from 'node:events'
import { createInterface } from 'node:readline/promises'
import { parseAddress } from '../protocol/dial.ts'
import { brokerPort } from '../protocol/limits.ts'
import { findAccess } from './access.ts'
import type { Context } from './commands/command.ts'
import { commandOf, perform } from './commands/index.ts'
import { CutOff } from './cut-off.ts'
import type { Reporter } from './events.ts'
import { openIdentity } from './identity.ts'
import { asJson } from './json.ts'
import { Link } from './link.ts'
import { forPeople } from './people.ts'
import { exits, problemOf, usageProblem } from './problem.ts'
import { Prompt } from './prompt.ts'
import { runScript } from './script.ts'
import { wordOf } from './words.ts'

/** What stands on the command line. */
export interface Call {
  readonly node: string
  readonly words: readonly string[]
  readonly flags: {
    readonly lab?: string
    readonly config?: string
    readonly plainText?: boolean
    readonly force?: boolean
    readonly json?: boolean
  }
}

/** The whole program, from its arguments to its exit status. */
export async function program(call: Call): Promise<number> {
  const { words, flags } = call
  // Whoever reads along may go: `lls | head`.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => process.exit(exits.failed))
  const prompt =
    words.length === 0 && process.stdin.isTTY && process.stdout.isTTY && !flags.json
      ? new Prompt(process.stdin, process.stdout)
      : undefined
  const json = flags.json ? asJson(process.stdout, people(false)) : undefined
  const report = prompt?.report ?? json ?? people(words.length === 0)
  const exit = await told(report, () => connected(call, report, prompt))
  json?.end(exit)
  return exit
}

const people = (isScript: boolean): Reporter =>
  forPeople({
    out: process.stdout,
    err: process.stderr,
    ...(isScript && { connection: 'err' }),
    ...(process.stdin.isTTY && process.stderr.isTTY && { ask }),
  })

async function told(report: Reporter, act: () => Promise<number>): Promise<number> {
  try {
    return await act()
  } catch (error) {
    const problem = problemOf(error)
    if (problem.exit !== exits.interrupted) report.tell({ type: 'problem', problem })
    return problem.exit
  }
}

async function connected({ node, words, flags }: Call, report: Reporter, prompt: Prompt | undefined): Promise<number> {
  if (words[0] !== undefined) commandOf(words[0])
  const address = parseAddress(node, brokerPort)
  if (address === undefined)
    throw usageProblem(`${node} is no address`, 'Give the address of a node: clienteFileManager 10.55.0.11')
  const warn = (line: string): unknown => process.stderr.write(`note: ${line}\n`)
  const access = findAccess(address.host, flags, process.env, warn)
  const { client, nonce } = openIdentity(process.env)
  const link = new Link({ node: address, access, client, report })
  const context: Context = {
    link,
    report,
    cutOff: new CutOff(),
    nonce,
    folder: process.cwd(),
    force: flags.force === true,
  }
  try {
    const abort = new AbortController()
    if (prompt !== undefined) {
      await link.session()
      return await prompt.run(context)
    }
    stopOn(abort)
    const exit = await told(report, async () => {
      await link.session(abort.signal)
      return words.length > 0
        ? perform(words.map(wordOf), context, abort.signal)
        : runScript(process.stdin, context, abort.signal)
    })
    return abort.signal.aborted ? exits.interrupted : exit
  } finally {
    await link.close()
  }
}

/** The first time what is under way ends in order, the second time at once. */
function stopOn(abort: AbortController): void {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => {
      if (abort.signal.aborted) process.exit(exits.interrupted)
      process.stderr.write('\nInterrupted. The same command goes on where it stopped.\n')
      abort.abort()
    })
}

async function ask(question: string, signal: AbortSignal): Promise<string> {
  const reader = createInterface({ input: process.stdin, output: process.stderr })
  reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  try {
    return await Promise.race([reader.question(question, { signal }), once(reader, 'close').then(() => '')])
  } catch {
    return '' // interrupted
  } finally {
    reader.close()
  }
}
