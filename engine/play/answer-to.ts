import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { exitCode } from '../errors.ts'
import { RunStopped } from './stop.ts'

/** Readline echoes to its output; this one swallows what is typed. */
const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() })

/**
 * One line typed on the terminal. While it is being typed the terminal sends no signals: Ctrl-C comes as a key, and
 * Ctrl-D ends the input. Both are told to the run as the interrupt that they are. Throws `RunStopped`, exit 130.
 */
export async function answerTo(question: string, { echo }: { echo: boolean }, signal: AbortSignal): Promise<string> {
  const output = echo ? process.stderr : nowhere()
  const terminal = createInterface({ input: process.stdin, output, terminal: true })
  // Not before the terminal is ours: a Ctrl-D typed earlier would be lost.
  if (!echo) process.stderr.write(question)
  let answered = false
  try {
    const left = new Promise<never>((_, reject) => {
      terminal.once('close', () => {
        if (!answered && !signal.aborted) process.emit('SIGINT')
        reject(new RunStopped(exitCode.interrupted))
      })
      signal.addEventListener('abort', () => terminal.close(), { once: true })
      if (signal.aborted) terminal.close()
    })
    left.catch(() => undefined)
    const typed = terminal.question(question).catch(() => left)
    const answer = await Promise.race([typed, left])
    answered = true
    return answer
  } finally {
    terminal.close()
  }
}
