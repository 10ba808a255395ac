import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { AndamioError } from '../engine/errors.ts'

export interface CommandOptions {
  readonly cwd?: string
  /** Added to this process's environment; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly stdin?: string
  /** Default 1800. */
  readonly timeoutSeconds?: number
  /** Every whole line of stdout and stderr as it comes, for progress. */
  readonly onLine?: (line: string) => void
  /** Not cut off when the run is cancelled or killed: what is half done by dpkg would have to be repaired. */
  readonly letFinish?: boolean
  /** What to do when it fails, where that is known. */
  readonly next?: string
}

/** What stands around a step's commands: its log, its lock, the run's cancellation. */
export interface CommandPlace {
  readonly step: string
  /** Appended to. */
  readonly logFile: string
  readonly signal: AbortSignal
  /** Handed on as descriptor 3: as long as any descendant lives, the step's lock is held (see step-lock.ts). */
  readonly lock?: number
}

const lastLines = 12

/**
 * Runs a program to its end in a process group of its own, which is ended when the run is cancelled or the limit passes.
 * If this process is killed, the kernel ends the program too (PR_SET_PDEATHSIG); what the program itself had started may
 * live on for a while, and holds the lock until it ends.
 */
export async function runCommand(
  program: string,
  args: readonly string[],
  place: CommandPlace,
  options: CommandOptions = {},
): Promise<string> {
  place.signal.throwIfAborted()
  const log = createWriteStream(place.logFile, { flags: 'a' })
  log.write(`\n$ ${[program, ...args].join(' ')}\n`)
  const [file = '', ...rest] = options.letFinish
    ? [program, ...args]
    : ['setpriv', '--pdeathsig', 'TERM', program, ...args]
  const child = spawn(file, rest, {
    cwd: options.cwd,
    env: { ...process.env, LC_ALL: 'C', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe', ...(place.lock === undefined ? [] : [place.lock])],
    detached: true,
  })
  const end = (signal: NodeJS.Signals) => {
    try {
      if (child.pid) process.kill(-child.pid, signal)
    } catch {
      // The group has ended by itself.
    }
  }
  const cancel = () => end('SIGTERM')
  if (!options.letFinish) place.signal.addEventListener('abort', cancel, { once: true })
  const limit = options.timeoutSeconds ?? 1800
  let late = false
  const timer = setTimeout(() => {
    late = true
    end('SIGKILL')
  }, limit * 1000)

  const tail: string[] = []
  const stdout: Buffer[] = []
  const watch = (stream: NodeJS.ReadableStream) => {
    let rest = ''
    stream.on('data', (chunk: Buffer) => {
      log.write(chunk)
      const lines = (rest + chunk.toString()).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        tail.push(line)
        options.onLine?.(line)
      }
      tail.splice(0, Math.max(0, tail.length - lastLines))
    })
  }
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk))
  if (child.stdout) watch(child.stdout)
  if (child.stderr) watch(child.stderr)
  // A program that ends without reading its input is judged by its status, not by our broken pipe.
  child.stdin?.on('error', () => {})
  child.stdin?.end(options.stdin ?? '')
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
    place.signal.throwIfAborted()
    if (code === 0) return Buffer.concat(stdout).toString()
    throw new AndamioError({
      code: 'mirror-step-failed',
      message: `Building the mirror's ${place.step} failed: ${program} ${args[0] ?? ''}`.trimEnd(),
      place: place.logFile,
      cause: late ? `it took longer than ${limit} s` : code === null ? `ended by ${signal}` : `exit status ${code}`,
      stderr: [...tail],
      next: options.next ?? 'Read the log named above; the same command resumes where this one stopped.',
    })
  } finally {
    clearTimeout(timer)
    place.signal.removeEventListener('abort', cancel)
    // Whoever is told of a failure reads the log next: it must be whole by then.
    await new Promise(resolve => log.end(resolve))
  }
}
