import { type CallTool, callTool, toolFailed } from '../tool/call-tool.ts'
import { inFlight } from '../tool/in-flight.ts'
import { type GuestFacts, guestScript, readGuest } from './guest.ts'
import { complaint } from './machine-readable.ts'
import { type Login, readSshConfig } from './ssh-config.ts'
import { type Machine, readStatus } from './status.ts'
import { vagrant } from './tool.ts'

/** Seconds. Its Ruby takes two to start alone; a first `up` fetches a box of half a gigabyte. */
const limits = { answer: 120, up: 3600, destroy: 600 }

/** The program `vagrant` in one project's folder. What it has answered holds until we have it change something. */
export class VagrantClient {
  readonly folder: string
  readonly #env: Readonly<Record<string, string>>
  readonly #signal: AbortSignal | undefined
  readonly #call: CallTool
  readonly #asked: () => Promise<ReadonlyMap<string, Machine>>
  #machines: ReadonlyMap<string, Machine> | undefined
  #logins = new Map<string, Login | Error>()
  #turn: Promise<unknown> = Promise.resolve()
  #company: { readonly names: string[]; readonly up: Promise<boolean> } | undefined

  readonly #hypervisor: string | undefined

  constructor(folder: string, hypervisor?: string, signal?: AbortSignal, call: CallTool = callTool) {
    this.folder = folder
    this.#hypervisor = hypervisor
    this.#signal = signal
    this.#call = call
    this.#env = {
      VAGRANT_CWD: folder,
      VAGRANT_CHECKPOINT_DISABLE: '1',
      VAGRANT_NO_COLOR: '1',
      ...(hypervisor ? { VAGRANT_DEFAULT_PROVIDER: hypervisor } : {}),
    }
    this.#asked = inFlight(async () => readStatus(await this.#ask(['status', '--machine-readable'], limits.answer)))
  }

  /** Every machine of the project. `fresh` where somebody else may have changed it since, as when one is waited for. */
  async machines(fresh = false): Promise<ReadonlyMap<string, Machine>> {
    if (fresh || this.#machines === undefined) this.#machines = await this.#asked()
    return this.#machines
  }

  /**
   * How to log in to machines that run, or why that is not known: one question for all that have not been asked for yet.
   * Vagrant answers it for all or none, so each is asked by itself where one of them is not ready.
   */
  async logins(names: readonly string[]): Promise<ReadonlyMap<string, Login | Error>> {
    const unknown = names.filter(name => !this.#logins.has(name))
    if (unknown.length > 0) {
      const together = await this.#askLogins(unknown)
      const alone = together instanceof Error && unknown.length > 1 ? unknown : []
      for (const name of unknown) this.#logins.set(name, answerOn(name, together))
      for (const name of alone) this.#logins.set(name, answerOn(name, await this.#askLogins([name])))
    }
    return this.#logins
  }

  async #askLogins(names: readonly string[]): Promise<ReadonlyMap<string, Login> | Error> {
    try {
      return readSshConfig(await this.#ask(['ssh-config', ...names], limits.answer))
    } catch (error) {
      this.#signal?.throwIfAborted()
      return error as Error
    }
  }

  async version(): Promise<string> {
    const answer = await this.#ask(['--version'], limits.answer)
    return /^Vagrant (\S+)/m.exec(answer)?.[1] ?? answer.trim()
  }

  /** The same program, in another project's folder. */
  in(folder: string): VagrantClient {
    return new VagrantClient(folder, this.#hypervisor, this.#signal, this.#call)
  }

  /**
   * Those that are wished at the same time in one call, for Vagrant knows which hypervisors bear machines being made side by
   * side (libvirt does, VirtualBox does not), and fetches a box once for all. Where it fails, each goes alone: then it is
   * known whose failure it is.
   */
  async up(name: string): Promise<void> {
    if (this.#company === undefined) {
      const names: string[] = []
      const up = this.#inTurn(() => {
        this.#company = undefined
        return this.#upTogether(names)
      })
      this.#company = { names, up }
    }
    this.#company.names.push(name)
    if (!(await this.#company.up)) await this.#inTurn(() => this.#upTogether([name]))
  }

  async #upTogether(names: readonly string[]): Promise<boolean> {
    try {
      await this.#ask(['up', ...names, '--machine-readable'], limits.up)
      return true
    } catch (error) {
      this.#signal?.throwIfAborted()
      if (names.length === 1) throw error
      return false
    }
  }

  async destroy(name: string): Promise<void> {
    await this.#inTurn(() => this.#ask(['destroy', '--force', name, '--machine-readable'], limits.destroy))
  }

  /** What a machine says of itself on the way that Vagrant has into it. */
  async guest(name: string): Promise<GuestFacts> {
    return readGuest(name, await this.#ask(['ssh', name, '--no-tty', '-c', guestScript], limits.answer))
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work, work)
    this.#turn = mine.catch(() => undefined)
    try {
      return await mine
    } finally {
      this.#machines = undefined
      this.#logins = new Map()
    }
  }

  async #ask(args: readonly string[], limitSeconds: number): Promise<string> {
    const result = await this.#call(vagrant, { args, limitSeconds, env: this.#env, signal: this.#signal })
    const text = result.stdout.toString('utf8')
    if (result.code === 0) return text
    throw toolFailed(vagrant, args, result, complaint(text, result.stderr))
  }
}

const answerOn = (name: string, logins: ReadonlyMap<string, Login> | Error): Login | Error =>
  logins instanceof Error ? logins : (logins.get(name) ?? new Error('vagrant ssh-config says nothing of it'))
