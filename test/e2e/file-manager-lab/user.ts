import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { project } from '../run-playbook.ts'
import type { Stage } from './stage.ts'

const program = join(project, 'images/file-manager/client/clienteFileManager.mjs')

interface Told {
  readonly type: string
  readonly name?: string
  readonly outcome?: 'done' | 'same' | 'failed'
  readonly server?: string
  readonly seconds?: number
  readonly problem?: { readonly message: string }
}

export interface Outcome {
  readonly name: string
  readonly ok: boolean
  /** Milliseconds of `performance.now()`. */
  readonly at: number
  readonly why: string
}

/** The real client as one process, that is given one command after the other by a pipe. */
export class User {
  readonly name: string
  /** SHA-256 of what was acknowledged, by name. */
  readonly kept = new Map<string, string>()
  readonly outcomes: Outcome[] = []
  readonly connections: { readonly server: string; readonly at: number }[] = []
  readonly #child: ChildProcess
  readonly #folder: string
  readonly #waiting = new Map<string, (told: Told) => void>()
  #stderr = ''

  private constructor(stage: Stage, name: string, node: string, folder: string) {
    this.name = name
    this.#folder = folder
    this.#child = spawn(process.execPath, [program, '--lab', stage.lab.name, '--json', node], {
      cwd: folder,
      env: { ...process.env, ...stage.env, XDG_STATE_HOME: join(folder, 'state') },
      stdio: 'pipe',
    })
    const { stdout, stderr } = this.#child
    if (stdout) createInterface({ input: stdout }).on('line', line => this.#heard(JSON.parse(line)))
    stderr?.on('data', chunk => {
      this.#stderr += chunk
    })
    this.#child.stdin?.on('error', () => undefined)
    this.#child.once('close', status => {
      for (const settle of this.#waiting.values())
        settle({ type: 'ended', outcome: 'failed', problem: { message: `it ended with ${status}: ${this.#stderr}` } })
    })
  }

  static async start(stage: Stage, name: string, node: string, scratch: string): Promise<User> {
    const folder = join(scratch, name)
    await mkdir(join(folder, 'state'), { recursive: true })
    return new User(stage, name, node, folder)
  }

  /** A new file of so many random bytes, uploaded. What became of it is also in `outcomes`. */
  async upload(bytes: number): Promise<Outcome & { readonly seconds: number }> {
    const name = `${this.name}-${String(this.outcomes.length).padStart(6, '0')}.bin`
    const content = randomBytes(bytes)
    await writeFile(join(this.#folder, name), content)
    const told = await new Promise<Told>(settle => {
      this.#waiting.set(name, settle)
      this.#child.stdin?.write(`upload ${name}\n`)
      if (this.#child.exitCode !== null)
        settle({ type: 'ended', outcome: 'failed', problem: { message: `it has ended: ${this.#stderr}` } })
    })
    this.#waiting.delete(name)
    const ok = told.outcome !== 'failed'
    if (ok) this.kept.set(name, createHash('sha256').update(content).digest('hex'))
    const outcome = { name, ok, at: performance.now(), why: told.problem?.message ?? '' }
    this.outcomes.push(outcome)
    return { ...outcome, seconds: told.seconds ?? 0 }
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'close')
    this.#child.stdin?.end()
    await ended
  }

  #heard(told: Told): void {
    if (told.type === 'connected') this.connections.push({ server: told.server ?? '', at: performance.now() })
    if (told.type === 'transfer.end') this.#waiting.get(told.name ?? '')?.(told)
    // What befalls a whole command is told without a name.
    if (told.type === 'problem') for (const settle of this.#waiting.values()) settle({ ...told, outcome: 'failed' })
  }
}
