import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect } from '../../../engine/play/checks.ts'
import type { Visit } from './visit.ts'

const program = fileURLToPath(new URL('../../../images/file-manager/client/clienteFileManager.mjs', import.meta.url))

/** What the client tells programs, as far as is looked at here; its events.ts has the whole of it. */
export interface Told {
  readonly type: string
  /** Of `connected`. */
  readonly server?: string
  /** Of `file` and `transfer.end`. */
  readonly name?: string
  readonly where?: 'here' | 'remote'
  readonly size?: number
  readonly outcome?: 'done' | 'same' | 'failed'
  /** Of `problem`, and of a transfer that failed. */
  readonly problem?: { readonly message: string }
}

export interface Ended {
  readonly exit: number | null
  readonly events: readonly Told[]
  readonly stdout: string
  readonly stderr: string
}

/** For one client with all its commands. */
const limitMs = 120_000

export interface Call {
  /** By a pipe, one a line; with `words` there are none. */
  readonly commands?: readonly string[]
  /** One command, on the command line. */
  readonly words?: readonly string[]
  /** Which folder of the visit it works in. */
  readonly place?: string
  /** Default true. */
  readonly json?: boolean
}

/** Starts the real client by way of a node, as a user would. */
export async function startClient(
  visit: Visit,
  node: string,
  { commands = [], words = [], place = 'client', json = true }: Call,
): Promise<Ended> {
  const { run } = visit
  const flags = ['--lab', run.lab.name, ...(json ? ['--json'] : [])]
  const child = spawn(process.execPath, [program, ...flags, node, ...words], {
    cwd: await visit.place(place),
    // Who it is goes with the visit; the credentials are the user's own.
    env: { ...process.env, XDG_STATE_HOME: join(visit.folder, 'state') },
    stdio: 'pipe',
    signal: AbortSignal.any([run.signal, AbortSignal.timeout(limitMs)]),
  })
  const failed = new Promise<never>((_, reject) => child.once('error', reject))
  child.stdin.on('error', () => undefined) // one that has ended reads nothing more, and says why
  child.stdin.end(commands.map(command => `${command}\n`).join(''))
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  const [stdout, stderr] = await Promise.race([ended, failed])
  return { exit: child.exitCode, events: json ? eventsOf(stdout) : [], stdout, stderr }
}

/** The same, where the check fails unless all was done. */
export async function clientDoes(
  visit: Visit,
  node: string,
  commands: readonly string[],
  place?: string,
): Promise<Ended & { readonly server: string }> {
  const ended = await startClient(visit, node, { commands, ...(place !== undefined && { place }) })
  expect(
    ended.exit === 0,
    `clienteFileManager ${node}, ${commands.join(', ')}: status ${ended.exit}; ${trouble(ended)}`,
  )
  const server = ended.events.find(({ type }) => type === 'connected')?.server
  expect(server !== undefined, `clienteFileManager ${node} did not say who serves it`)
  return { ...ended, server }
}

/** Names in the last listing of the server's files. */
export const listed = ({ events }: Pick<Ended, 'events'>): readonly string[] =>
  events.flatMap(({ type, where, name }) => (type === 'file' && where === 'remote' && name !== undefined ? [name] : []))

export const trouble = ({ events, stderr }: Ended): string =>
  events.find(({ problem }) => problem)?.problem?.message ?? stderr.trim().split('\n').at(-1) ?? ''

/** A line that was cut off when the program ended is none. */
const eventsOf = (stdout: string): readonly Told[] =>
  stdout.split('\n').flatMap(line => (line.endsWith('}') ? [JSON.parse(line) as Told] : []))
