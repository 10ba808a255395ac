import { Readable } from 'node:stream'
import type { ExecOptions, ExecResult } from './connection.ts'
import { commandTimeout } from './failures.ts'
import { LineReader, OutputTail } from './output.ts'

/** A started command, wherever it runs. */
export interface Running {
  readonly stdin: NodeJS.WritableStream
  readonly stdout: NodeJS.ReadableStream
  readonly stderr: NodeJS.ReadableStream
  /** Settles when the command has ended and all its output was read; rejects when its way to us broke. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal?: string }>
  /** Asks it to end. */
  terminate(): void
  /** Gives it up: nothing of it is waited for any more. */
  abandon(): void
}

/** How long a command has between TERM and being given up. */
const graceMilliseconds = 1000

/** Feeds a command, reads it within its bounds and ends it when its time is up or the run is interrupted. */
export async function attend(
  running: Running,
  options: ExecOptions,
  place: { readonly host: string; readonly command: string },
): Promise<ExecResult> {
  const stdout = new OutputTail(options.maxOutputBytes)
  const stderr = new OutputTail(options.maxOutputBytes)
  const lines = options.onStderrLine && new LineReader(options.onStderrLine)
  running.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  running.stderr.on('data', (chunk: Buffer) => {
    stderr.push(chunk)
    lines?.push(chunk)
  })
  feed(running.stdin, options.stdin)
  const end = await withinLimits(running, options, () => ({ ...place, stderr: stderr.read().toString('utf8') }))
  lines?.end()
  return {
    code: end.code,
    ...(end.signal === undefined ? {} : { signal: end.signal }),
    stdout: stdout.read(),
    stderr: stderr.read().toString('utf8'),
  }
}

function feed(stdin: NodeJS.WritableStream, input: ExecOptions['stdin']): void {
  // A command may end without reading all of its input; its status tells, not the broken pipe.
  stdin.on('error', () => undefined)
  if (input instanceof Readable) {
    input.on('error', () => stdin.end())
    input.pipe(stdin)
  } else if (input === undefined) stdin.end()
  else stdin.end(typeof input === 'string' ? Buffer.from(input) : input)
}

async function withinLimits(
  running: Running,
  { timeoutSeconds, signal }: ExecOptions,
  describe: () => { host: string; command: string; stderr: string },
): Promise<Awaited<Running['ended']>> {
  let stop: (reason: unknown) => void = () => undefined
  const stopped = new Promise<never>((_, reject) => {
    stop = reject
  })
  const timer = setTimeout(() => stop(commandTimeout(describe(), timeoutSeconds)), timeoutSeconds * 1000)
  const interrupt = (): void => stop(signal?.reason)
  signal?.addEventListener('abort', interrupt, { once: true })
  if (signal?.aborted) interrupt()
  let answered = false
  const ended = running.ended.finally(() => {
    answered = true
  })
  try {
    return await Promise.race([ended, stopped])
  } catch (error) {
    if (!answered) await giveUp(running, ended)
    throw error
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', interrupt)
  }
}

async function giveUp(running: Running, ended: Promise<unknown>): Promise<void> {
  running.terminate()
  let timer: NodeJS.Timeout | undefined
  const grace = new Promise(resolve => {
    timer = setTimeout(resolve, graceMilliseconds)
  })
  await Promise.race([ended.catch(() => undefined), grace])
  clearTimeout(timer)
  running.abandon()
}
