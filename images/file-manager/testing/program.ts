import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const main = (name: string): string => fileURLToPath(new URL(`../${name}/main.ts`, import.meta.url))

/** A broker or server as a process of its own. */
export class Program {
  readonly child: ChildProcess
  output = ''

  /** `file` is a program that was made into one file; without it, the sources are run. */
  constructor(name: 'broker' | 'server', args: readonly string[], file?: string) {
    const program = file === undefined ? ['--import', 'tsx', main(name)] : [file]
    // As the image has it.
    const env = {
      ...process.env,
      UV_THREADPOOL_SIZE: '128',
      NODE_OPTIONS: '--max-old-space-size=128 --max-semi-space-size=4',
    }
    this.child = spawn(process.execPath, [...program, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', chunk => {
        this.output += String(chunk)
      })
  }

  /** The first group of what `pattern` finds in the output, as soon as it does. Throws when the program ends before. */
  async says(pattern: RegExp): Promise<string> {
    for (;;) {
      const match = pattern.exec(this.output)
      if (match) return match[1] ?? ''
      if (this.child.exitCode !== null) throw new Error(`it has ended with ${this.child.exitCode}: ${this.output}`)
      const heard = [this.child.stdout, this.child.stderr].map(stream => stream && once(stream, 'data'))
      await Promise.race([...heard, once(this.child, 'close')])
    }
  }

  async port(): Promise<number> {
    return Number(await this.says(/listening on (\d+)/))
  }

  /** The exit status, or the signal that has ended it. */
  async ended(signal?: NodeJS.Signals): Promise<number | string> {
    const { child } = this
    if (child.exitCode === null && child.signalCode === null) {
      const over = once(child, 'close')
      if (signal) child.kill(signal)
      await over
    }
    return child.exitCode ?? child.signalCode ?? ''
  }
}
