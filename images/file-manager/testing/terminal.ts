import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

const patience = 20_000
/** What moves a cursor or sets a mode, which a person does not see. */
const moves = /\x1b\[[0-9;?]*[A-Za-z]/g

/** The client, a file and what follows it, on a terminal of its own, as a person has it in front of him. */
export class Terminal {
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>
  #output = ''
  #seen = 0

  constructor(call: readonly string[], cwd: string, env: NodeJS.ProcessEnv) {
    const words = [process.execPath, ...call].map(word => `'${word}'`).join(' ')
    const command = `stty cols 100 rows 30; exec ${words}`
    this.#child = spawn('script', ['-qfec', command, '/dev/null'], {
      cwd,
      env: { ...env, TERM: 'xterm' },
      stdio: 'pipe',
    })
    this.#child.stdout?.on('data', chunk => {
      this.#output += String(chunk)
    })
    this.#ended = once(this.#child, 'close')
  }

  /** All that was written so far, without what is not seen. */
  get text(): string {
    return this.#output.replace(moves, '').replaceAll('\r', '')
  }

  /** Everything since the last call, up to and with the first match; waits for it. Throws when it does not come. */
  async sees(pattern: RegExp): Promise<string> {
    const late = AbortSignal.timeout(patience)
    for (;;) {
      const fresh = this.text.slice(this.#seen)
      const match = pattern.exec(fresh)
      if (match) {
        const end = match.index + match[0].length
        this.#seen += end
        return fresh.slice(0, end)
      }
      if (this.#child.exitCode !== null) throw new Error(`it has ended: ${fresh}`)
      const more = this.#child.stdout && once(this.#child.stdout, 'data', { signal: late })
      await Promise.race([more, this.#ended]).catch(() => {
        throw new Error(`${pattern} is not in ${JSON.stringify(fresh)}`)
      })
    }
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys)
  }

  /** The program's exit status, once it has ended. */
  async exit(): Promise<number | null> {
    await this.#ended
    return this.#child.exitCode
  }

  close(): void {
    this.#child.kill('SIGKILL')
  }
}

export const keys = { tab: '\t', enter: '\r', up: '\x1b[A', ctrlC: '\x03', ctrlD: '\x04' } as const
