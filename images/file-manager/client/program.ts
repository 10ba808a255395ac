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

/** What it reads, where it tells, and for whom: those of its process, mostly. */
export type Surroundings = Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr' | 'env' | 'cwd'>

/** The whole program, from its arguments to its exit status. */
export async function program(call: Call, around: Surroundings = process): Promise<number> {
  const { words, flags } = call
  const { stdin, stdout, stderr } = around
  // Whoever reads along may go: `lls | head`.
  for (const stream of [stdout, stderr]) stream.on('error', () => process.exit(exits.failed))
  const isSession = words.length === 0 && stdin.isTTY && stdout.isTTY && !flags.json
  const prompt = isSession ? new Prompt(stdin, stdout) : undefined
  const json = flags.json ? asJson(stdout, people(around, false)) : undefined
  const report = prompt?.report ?? json ?? people(around, words.length === 0)
  const exit = await told(report, () => connected(call, around, report, prompt))
  json?.end(exit)
  return exit
}

const people = (around: Surroundings, isScript: boolean): Reporter =>
  forPeople({
    out: around.stdout,
    err: around.stderr,
    ...(isScript && { connection: 'err' }),
    ...(around.stdin.isTTY && around.stderr.isTTY && { ask: asking(around) }),
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

async function connected(
  { node, words, flags }: Call,
  { stdin, stderr, env, cwd }: Surroundings,
  report: Reporter,
  prompt: Prompt | undefined,
): Promise<number> {
  if (words[0] !== undefined) commandOf(words[0])
  const address = parseAddress(node, brokerPort)
  if (address === undefined)
    throw usageProblem(`${node} is no address`, 'Give the address of a node: clienteFileManager 10.55.0.11')
  const warn = (line: string): unknown => stderr.write(`note: ${line}\n`)
  const access = findAccess(address.host, flags, env, warn)
  const { client, nonce } = openIdentity(env)
  const link = new Link({ node: address, access, client, report })
  const context: Context = {
    link,
    report,
    cutOff: new CutOff(),
    nonce,
    folder: cwd(),
    force: flags.force === true,
  }
  const abort = new AbortController()
  let heedNoMore = (): void => undefined
  try {
    if (prompt !== undefined) {
      await link.session()
      return await prompt.run(context)
    }
    heedNoMore = stopOn(abort, stderr)
    const exit = await told(report, async () => {
      await link.session(abort.signal)
      return words.length > 0
        ? perform(words.map(wordOf), context, abort.signal)
        : runScript(stdin, context, abort.signal)
    })
    return abort.signal.aborted ? exits.interrupted : exit
  } finally {
    await link.close()
    heedNoMore()
  }
}

const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The first time what is under way ends in order, the second time at once. Heeded until what is returned is called. */
function stopOn(abort: AbortController, stderr: NodeJS.WritableStream): () => void {
  const stop = (): void => {
    if (abort.signal.aborted) process.exit(exits.interrupted)
    stderr.write('\nInterrupted. The same command goes on where it stopped.\n')
    abort.abort()
  }
  for (const name of endings) process.on(name, stop)
  return () => {
    for (const name of endings) process.off(name, stop)
  }
}

const asking =
  ({ stdin, stderr }: Surroundings) =>
  async (question: string, signal: AbortSignal): Promise<string> => {
    const reader = createInterface({ input: stdin, output: stderr })
    reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
    try {
      return await Promise.race([reader.question(question, { signal }), once(reader, 'close').then(() => '')])
    } catch {
      return '' // interrupted
    } finally {
      reader.close()
    }
  }
