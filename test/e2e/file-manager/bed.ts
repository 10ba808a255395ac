import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { peakMemoryOf } from '../../../engine/process/peak-memory.ts'
import type { Hello } from '../../../images/file-manager/protocol/messages.ts'
import { connect, type Session } from '../../../images/file-manager/protocol/session.ts'
import { type MadeCredentials, makeCredentials } from '../../../images/file-manager/testing/credentials.ts'
import { Program } from '../../../images/file-manager/testing/program.ts'
import { bundle } from '../../../kube/images/bundle.ts'
import { holds } from '../proof.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Servers as their image has them, each a process of its own with a folder of files, on loopback. */
export class Bed {
  readonly folder: string
  readonly made: MadeCredentials
  readonly #program: string
  readonly #running = new Set<Program>()

  private constructor(folder: string, program: string) {
    this.folder = folder
    this.made = makeCredentials(join(folder, 'credentials'))
    this.#program = program
  }

  static async make(folder: string): Promise<Bed> {
    const program = join(folder, 'server.mjs')
    await bundle({ root, entry: 'images/file-manager/server/main.ts' }, program)
    return new Bed(folder, program)
  }

  data(name: string): string {
    const data = join(this.folder, name)
    mkdirSync(data, { recursive: true })
    return data
  }

  /** The broker is one that is never there: a server serves all the same. */
  async server(data: string, ...flags: string[]): Promise<{ program: Program; port: number }> {
    const places = ['--listen', '127.0.0.1:0', '--data', data, '--config', this.made.folder]
    const program = new Program('server', ['127.0.0.1:1', ...places, ...flags], this.#program)
    this.#running.add(program)
    return { program, port: await program.port() }
  }

  session(port: number, hello: Partial<Hello> = {}): Promise<Session> {
    const own = { role: 'client', token: this.made.clientToken, client: '0'.repeat(32) } as const
    return connect({ host: '127.0.0.1', port, authority: this.made.authority, hello: { ...own, ...hello } })
  }

  async close(): Promise<void> {
    for (const program of this.#running) await program.ended('SIGKILL')
  }
}

/** The most memory that a process has had, in MB; it must be living. */
export function mostMemory({ child }: Program): number {
  holds(child.exitCode === null && child.signalCode === null, 'the server lives')
  return peakMemoryOf(child.pid ?? 0) / 2 ** 20
}
