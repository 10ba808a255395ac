import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { Connection } from '../../engine/connection/connection.ts'
import { connectSsh } from '../../engine/connection/ssh.ts'
import { Lease } from '../../engine/play/lease.ts'
import type { Found } from '../../engine/provider/provider.ts'
import { holds } from './proof.ts'
import { type RunningPlaybook, startPlaybook } from './run-playbook.ts'

/** Operators of one lab, each as on a machine of its own: hosts by a static inventory, and a state folder of their own. */
export class Operators {
  readonly #folder: string
  readonly #found: ReadonlyMap<string, Found>

  private constructor(folder: string, found: ReadonlyMap<string, Found>) {
    this.#folder = folder
    this.#found = found
  }

  static async of(folder: string, found: ReadonlyMap<string, Found>): Promise<Operators> {
    const hosts: Record<string, unknown> = {}
    let known = ''
    for (const [name, host] of found) {
      holds(host.is === 'running', `${name} runs`)
      const { address, user, identityFiles, knownHostsFile, hostKeyAlias } = host.endpoint
      const groups = name === 'cp' ? ['control-plane'] : ['workers']
      hosts[name] = { groups, address, user, key: identityFiles[0], agent: false }
      const lines = (await readFile(knownHostsFile, 'utf8'))
        .split('\n')
        .filter(line => line.startsWith(`${hostKeyAlias} `))
      known += lines.map(line => `${line.replace(/^\S+/, address)}\n`).join('')
    }
    await mkdir(join(folder, '.ssh'), { recursive: true })
    await writeFile(join(folder, '.ssh', 'known_hosts'), known)
    const inventory = { lab: 'contested', provider: 'static', source: 'upstream', hosts }
    await writeFile(join(folder, 'lab.yaml'), stringify(inventory))
    return new Operators(folder, found)
  }

  /** Starts a whole run as a process. A `seat` is the machine that it runs on; else it is one that nobody else uses. */
  start(
    name: string,
    { seat = name, files = 1, gate = false }: { seat?: string; files?: number; gate?: boolean } = {},
  ): RunningPlaybook {
    return startPlaybook('test/e2e/contend.mjs', ['--inventory', join(this.#folder, 'lab.yaml')], {
      HOME: this.#folder,
      XDG_STATE_HOME: join(this.#folder, 'state', seat),
      CONTENDER: name,
      CONTENDER_FILES: String(files),
      ...(gate ? { CONTENDER_GATE: 'yes' } : {}),
    })
  }

  async connect(): Promise<Connection> {
    const cp = this.#found.get('cp')
    holds(cp?.is === 'running', 'cp runs')
    return connectSsh('cp', cp.endpoint)
  }
}

/** The lease as an operator of that name asks for it, over a connection of its own. */
export const leaseOver = (connection: Connection, name: string): Lease =>
  new Lease({
    signal: new AbortController().signal,
    host: 'cp',
    me: { id: name, seat: '', who: name, what: 'a race' },
    connect: async () => connection,
    without: cause => {
      throw new Error(`cp was not reached: ${cause}`)
    },
  })
