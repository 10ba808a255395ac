import { once } from 'node:events'
import { connect } from 'node:net'
import { homedir, userInfo } from 'node:os'
import type { Duplex } from 'node:stream'
import type { Connection, ExecOptions, ExecResult } from './connection.ts'
import { startHere } from './local-process.ts'
import { asRoot, limited, refuseWithoutSudo } from './remote-command.ts'
import { attend, type Running } from './running-command.ts'

export interface LocalOptions {
  /** Put before every command: `['chroot', '/srv/root']`, or an `unshare` that makes a private root. */
  readonly wrapper?: readonly string[]
  /** Added to the bare environment that commands get, as over ssh. */
  readonly env?: Readonly<Record<string, string>>
}

/** This machine behind the interface of a remote one. Commands run as root, through `sudo -n` for another user. */
export function connectLocal(host: string, options: LocalOptions = {}): Connection {
  return new LocalConnection(host, options)
}

class LocalConnection implements Connection {
  readonly host: string
  readonly #options: LocalOptions
  readonly #running = new Set<Running>()
  #roundTrips = 0

  constructor(host: string, options: LocalOptions) {
    this.host = host
    this.#options = options
  }

  get roundTrips(): number {
    return this.#roundTrips
  }

  async exec(command: string, options: ExecOptions): Promise<ExecResult> {
    const user = userInfo()
    const running = this.#start(user.uid === 0 ? command : asRoot(limited(command, options.timeoutSeconds)))
    this.#running.add(running)
    try {
      const result = await attend(running, options, { host: this.host, command })
      if (user.uid !== 0) refuseWithoutSudo(result, this.host, user.username)
      this.#roundTrips++
      return result
    } finally {
      this.#running.delete(running)
    }
  }

  #start(command: string): Running {
    const [program = 'sh', ...args] = [...(this.#options.wrapper ?? []), 'sh', '-c', command]
    return startHere(this.host, program, args, {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: homedir(),
      ...this.#options.env,
    })
  }

  async forward(address: string, port: number): Promise<Duplex> {
    const socket = connect(port, address)
    await once(socket, 'connect')
    return socket
  }

  async close(): Promise<void> {
    for (const running of this.#running) running.abandon()
  }
}
