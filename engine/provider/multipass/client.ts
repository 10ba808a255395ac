import * as z from 'zod'
import { askTool, type CallTool, callTool, toolFailed } from '../tool/call-tool.ts'
import { inFlight } from '../tool/in-flight.ts'
import { type Instance, readAnswer, readInstances } from './instances.ts'
import { multipass } from './tool.ts'

export interface LaunchWish {
  readonly name: string
  readonly release: string
  readonly cpus: number
  /** `2G`, as it reads them. */
  readonly memory: string
  readonly disk: string
  /** Cloud-init's user data. */
  readonly userData: string
}

/** Seconds. To answer a question; to start; to fetch an image of half a gigabyte, boot it and have cloud-init done. */
const limits = { answer: 60, start: 600, launch: 1800, purge: 300 }

export interface Size {
  readonly cpus?: number | undefined
  /** Bytes, as the instance itself sees them: a little less than it was given. */
  readonly memory?: number | undefined
  readonly disk?: number | undefined
}

/** The program `multipass`, as far as we use it. */
export class MultipassClient {
  readonly #signal: AbortSignal | undefined
  readonly #call: CallTool
  readonly #asked: () => Promise<ReadonlyMap<string, Instance>>
  #listed: ReadonlyMap<string, Instance> | undefined

  constructor(signal?: AbortSignal, call: CallTool = callTool) {
    this.#signal = signal
    this.#call = call
    this.#asked = inFlight(async () => readInstances(await this.#ask(['list', '--format', 'json'], limits.answer)))
  }

  /** Every instance that there is, whoever's. `fresh` where one is waited for: else what was heard since our last act. */
  async list(fresh = false): Promise<ReadonlyMap<string, Instance>> {
    if (fresh || this.#listed === undefined) this.#listed = await this.#asked()
    return this.#listed
  }

  /**
   * Of the program and, where it answers, of its service. The program is asked for JSON; one that is too old for that
   * answers a table, or knows no such option and is asked once more.
   */
  async version(): Promise<string> {
    const ask = (...args: string[]) =>
      this.#call(multipass, { args: ['version', ...args], limitSeconds: limits.answer, signal: this.#signal })
    const answer = await ask('--format', 'json')
    const text = answer.stdout.toString('utf8')
    // It may know its own version well, and end with an error for its service does not answer.
    const known = tableVersion(text) ?? (answer.code === 0 ? undefined : jsonVersion(text))
    if (known !== undefined) return known
    if (answer.code === 0) return readAnswer(text, ['version'], versionShape).multipass
    const table = tableVersion((await ask()).stdout.toString('utf8'))
    if (table === undefined) throw toolFailed(multipass, ['version'], answer)
    return table
  }

  /** By name; of those that it can say nothing of, nothing. */
  async sizes(names: readonly string[]): Promise<ReadonlyMap<string, Size>> {
    if (names.length === 0) return new Map()
    const { info } = readAnswer(
      await this.#ask(['info', '--format', 'json', ...names], limits.answer),
      ['info'],
      infoShape,
    )
    return new Map(
      Object.entries(info).map(([name, { cpu_count, memory, disks }]) => {
        const [disk] = Object.values(disks)
        return [name, { cpus: numberIn(cpu_count), memory: numberIn(memory?.total), disk: numberIn(disk?.total) }]
      }),
    )
  }

  /**
   * User data goes by stdin: it holds a key, and the snap may read no file in a hidden folder, such as the state home.
   */
  async launch({ name, release, cpus, memory, disk, userData }: LaunchWish): Promise<void> {
    const size = ['--cpus', String(cpus), '--memory', memory, '--disk', disk]
    const timeout = ['--timeout', String(limits.launch)]
    const args = ['launch', release, '--name', name, ...size, ...timeout, '--cloud-init', '-']
    await this.#act(args, limits.launch + 60, userData)
  }

  async start(name: string): Promise<void> {
    await this.#act(['start', '--timeout', String(limits.start), name], limits.start + 60)
  }

  /** Takes a deleted instance back; it is stopped then. */
  async recover(name: string): Promise<void> {
    await this.#act(['recover', name], limits.answer)
  }

  /** Removes this one instance for good, whatever it is at. `multipass purge` would take other people's deleted ones too. */
  async purge(name: string): Promise<void> {
    await this.#act(['delete', '--purge', name], limits.purge)
  }

  async #act(args: readonly string[], limitSeconds: number, stdin?: string): Promise<void> {
    try {
      await this.#ask(args, limitSeconds, stdin)
    } finally {
      this.#listed = undefined
    }
  }

  #ask(args: readonly string[], limitSeconds: number, stdin?: string): Promise<string> {
    const call = { args, limitSeconds, signal: this.#signal, ...(stdin ? { stdin } : {}) }
    return askTool(multipass, call, this.#call)
  }
}

const versionShape = z.object({ multipass: z.string() })
const tableVersion = (text: string): string | undefined => /^multipass\s+(\d\S*)/.exec(text)?.[1]
function jsonVersion(text: string): string | undefined {
  try {
    return versionShape.parse(JSON.parse(text)).multipass
  } catch {
    return undefined
  }
}

/** Some versions write numbers as text, some leave them out. */
const count = z.union([z.number(), z.string()]).optional()
const infoShape = z.object({
  info: z.record(
    z.string(),
    z.object({
      cpu_count: count,
      memory: z.object({ total: count }).optional(),
      disks: z.record(z.string(), z.object({ total: count })).default({}),
    }),
  ),
})

const numberIn = (value: number | string | undefined): number | undefined =>
  value === undefined || value === '' || !Number.isFinite(Number(value)) ? undefined : Number(value)
