import type { FileManagerError } from '../protocol/errors.ts'
import { flushLog, log } from './log.ts'
import { UsageError } from './options.ts'

/** What has been asked to end finishes what it has begun within this; the cluster waits 30 s before it kills. */
const grace = 20_000

export interface Running {
  close(grace: number): Promise<void>
}

/**
 * Runs a program until it is asked to end (SIGTERM, SIGINT; twice: at once). Exit status 0, 64 for bad usage, 70 for
 * what went wrong.
 */
export async function runProgram(start: () => Promise<Running | undefined>): Promise<void> {
  try {
    const running = await start()
    if (running === undefined) return finish(0)
    const signal = await asked()
    log(`${signal}: finishing what is under way`)
    void asked().then(() => finish(70))
    await running.close(grace)
    log('ended')
    finish(0)
  } catch (error) {
    log(`cannot go on: ${error instanceof Error ? error.message : String(error)}`)
    finish(error instanceof UsageError ? 64 : 70)
  }
}

function asked(): Promise<string> {
  return new Promise(resolve => {
    for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => resolve(signal))
  })
}

function finish(status: number): never {
  flushLog()
  process.exit(status)
}

/** The text for people and the text for those who look for a cause, in a line of the log. */
export function described(error: FileManagerError): string {
  const cause = error.cause instanceof Error ? ` (${error.cause.stack ?? error.cause.message})` : ''
  return `${error.errorCode}: ${error.message}${cause}`
}
