import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, constants, open } from 'node:fs'
import { promisify } from 'node:util'

/** Numbers of the system call `syncfs`, by what Node calls the processor. */
const syncfs: Readonly<Record<string, number>> = { x64: 306, arm64: 267 }

/** For each byte that they read they sync the file system of their descriptor 3, and answer with a byte: `0` for done. */
const programs: readonly (readonly [program: string, option: string, text: string])[] = [
  ['perl', '-e', '$| = 1; while (sysread STDIN, my $ask, 1) { print syscall($ARGV[0] + 0, 3) == 0 ? 0 : 1 }'],
  [
    'python3',
    '-c',
    'import ctypes, os, sys\nwhile os.read(0, 1): os.write(1, b"1" if ctypes.CDLL(None).syscall(int(sys.argv[1]), 3) else b"0")',
  ],
]

/** A file system that takes longer, in milliseconds, is synced in another way. */
const patience = 60_000

const openFile = promisify(open)

/**
 * Writes a whole file system to its disk. Node has no call for it, so a small program makes it, which stays: to start one
 * each time, this one would be copied each time. And it has the folder open before anything is written there: a failure to
 * keep what was written is told to each descriptor that was open then, and otherwise to whoever asks first.
 */
export class WholeSync {
  readonly #folder: string
  #helper: Promise<Helper | undefined> | undefined

  constructor(folder: string) {
    this.#folder = folder
  }

  /** What is written after this has settled is watched over. */
  async begin(): Promise<void> {
    this.#helper ??= begin(this.#folder).catch(() => {
      this.#helper = undefined // the folder may be there later
      return undefined
    })
    await this.#helper
  }

  /**
   * Whether all that was written since `begin` is on disk now. False without `begin`, where no program can do it, and from
   * then on when it is lost: another one would know nothing of what was written before. For one caller at a time.
   */
  async sync(): Promise<boolean> {
    return (await (await this.#helper)?.ask()) === true
  }

  async close(): Promise<void> {
    ;(await this.#helper)?.end()
  }
}

/** Undefined where there is no such program. Rejects where the folder cannot be opened. */
async function begin(folder: string): Promise<Helper | undefined> {
  const number = syncfs[process.arch]
  if (process.platform !== 'linux' || number === undefined) return undefined
  const fd = await openFile(folder, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    for (const [program, ...args] of programs) {
      const child = spawn(program, [...args, String(number)], { stdio: ['pipe', 'pipe', 'ignore', fd], detached: true })
      const started = await new Promise<boolean>(resolve => {
        child.once('spawn', () => resolve(true))
        child.once('error', () => resolve(false))
      })
      if (started) return new Helper(child)
    }
    return undefined
  } finally {
    closeSync(fd)
  }
}

/** Nothing of it keeps this process, unless somebody waits for an answer. */
class Helper {
  readonly #child: ChildProcess
  #answer: ((answer: boolean | undefined) => void) | undefined

  constructor(child: ChildProcess) {
    this.#child = child
    child.stdout?.on('data', (answer: Buffer) => this.#settle(answer.toString() === '0'))
    child.stdin?.on('error', () => this.#settle(undefined))
    child.on('close', () => this.#settle(undefined))
    this.#hold(false)
  }

  /** Undefined when it is lost, or takes too long. */
  async ask(): Promise<boolean | undefined> {
    this.#hold(true)
    const late = setTimeout(() => this.end(), patience)
    const answer = await new Promise<boolean | undefined>(resolve => {
      this.#answer = resolve
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) this.#settle(undefined)
      else this.#child.stdin?.write('s')
    })
    clearTimeout(late)
    this.#hold(false)
    return answer
  }

  end(): void {
    this.#child.kill('SIGKILL')
    this.#settle(undefined)
  }

  #settle(answer: boolean | undefined): void {
    this.#answer?.(answer)
    this.#answer = undefined
  }

  #hold(held: boolean): void {
    const streams = [this.#child.stdin, this.#child.stdout] as unknown as (NodeJS.Process['stdin'] | null)[]
    for (const each of [this.#child, ...streams]) {
      if (held) each?.ref()
      else each?.unref()
    }
  }
}
