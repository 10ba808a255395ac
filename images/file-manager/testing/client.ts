import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { readArguments } from '../client/arguments.mjs'
import type { Context } from '../client/commands/command.ts'
import { perform } from '../client/commands/index.ts'
import { CutOff } from '../client/cut-off.ts'
import type { ClientEvent } from '../client/events.ts'
import { Link } from '../client/link.ts'
import { program, type Surroundings } from '../client/program.ts'
import { wordsOf } from '../client/words.ts'
import type { MadeCredentials } from './credentials.ts'

/** As its users start it; `oneFile` makes one that starts quicker. */
export const clientSources = fileURLToPath(new URL('../client/clienteFileManager.mjs', import.meta.url))

/** Whom to trust, undefined for plain text, and by what to be known. */
type Entry = Pick<MadeCredentials, 'clientToken'> & { readonly authority: string | undefined }

type EventOf<T extends ClientEvent['type']> = ClientEvent & { type: T }

/** The client's commands in this process, in a folder of their own, and all that they told. */
export class TestClient {
  readonly folder: string
  readonly link: Link
  readonly context: Context
  readonly events: ClientEvent[] = []
  /** What the next questions are answered with. */
  readonly answers: string[] = []
  readonly questions: string[] = []
  readonly #own: boolean

  constructor(brokerPort: number, made: Entry, more: Partial<Context> = {}) {
    this.#own = more.folder === undefined
    this.folder = more.folder ?? mkdtempSync(join(tmpdir(), 'file-manager-here-'))
    const report = {
      tell: (event: ClientEvent) => void this.events.push(event),
      watch: () => () => undefined,
      ask: async (question: string) => {
        this.questions.push(question)
        return this.answers.shift() ?? ''
      },
    }
    const access = { authority: made.authority, token: made.clientToken }
    this.link = new Link({ node: { host: '127.0.0.1', port: brokerPort }, access, client: '1'.repeat(32), report })
    const own = { link: this.link, report, cutOff: new CutOff(), nonce: 'nonce', folder: this.folder, force: false }
    this.context = { ...own, ...more }
  }

  write(name: string, content: string | Uint8Array): string {
    const path = join(this.folder, name)
    writeFileSync(path, content)
    return path
  }

  /** The exit status that the command would have. */
  run(line: string, signal: AbortSignal = new AbortController().signal): Promise<number> {
    this.events.length = 0
    return perform(wordsOf(line), this.context, signal)
  }

  told<T extends ClientEvent['type']>(type: T): EventOf<T>[] {
    return this.events.filter((event): event is EventOf<T> => event.type === type)
  }

  /** What failed, by the sentences that people read. */
  problems(): string[] {
    return this.events.flatMap(event => ('problem' in event ? [event.problem.message] : []))
  }

  /** The folder goes too, unless it was given. */
  async close(): Promise<void> {
    await this.link.close()
    if (this.#own) rmSync(this.folder, { recursive: true })
  }
}

/** Makes `home` the folder of a user, in which the client finds how to enter a lab. */
export function homeOf(home: string, made: MadeCredentials, node: string, lab = 'demo'): NodeJS.ProcessEnv {
  const folder = join(home, 'config', 'andamio', lab)
  mkdirSync(folder, { recursive: true })
  const access = { lab, nodes: [node], ca: made.authority, token: made.clientToken, plainText: false }
  writeFileSync(join(folder, 'file-manager.json'), JSON.stringify(access), { mode: 0o600 })
  return { ...process.env, HOME: home, XDG_CONFIG_HOME: join(home, 'config'), XDG_STATE_HOME: join(home, 'state') }
}

export interface Ended {
  /** Of the signal, when one has ended it. */
  readonly exit: number | NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

/** The client as its program performs it, on pipes, but within this process: to start one takes longer than most commands. */
export async function performed(
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  input = '',
): Promise<Ended> {
  const call = readArguments(args)
  if (!('node' in call)) throw new Error(`${args.join(' ')} is no call`)
  const [stdin, stdout, stderr] = [Readable.from([input]), new PassThrough(), new PassThrough()]
  const [out, err] = [text(stdout), text(stderr)]
  const around = { stdin, stdout, stderr, env, cwd: () => cwd }
  const exit = await program(call, around as unknown as Surroundings)
  stdout.end()
  stderr.end()
  return { exit, out: await out, err: await err }
}

/** The client as a program: a file and what follows it, with `input` on its standard input. */
export function startClient(call: readonly string[], cwd: string, env: NodeJS.ProcessEnv, input = '') {
  const child = spawn(process.execPath, call, { cwd, env, stdio: 'pipe' })
  child.stdin.on('error', () => undefined) // it may end without having read
  child.stdin.end(input)
  return { child, ended: endOf(child) }
}

async function endOf(child: ChildProcess): Promise<Ended> {
  let [out, err] = ['', '']
  child.stdout?.on('data', chunk => {
    out += String(chunk)
  })
  child.stderr?.on('data', chunk => {
    err += String(chunk)
  })
  const [exit, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return { exit: exit ?? signal, out, err }
}
