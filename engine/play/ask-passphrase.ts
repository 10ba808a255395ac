import { Writable } from 'node:stream'
import { Secret } from '../shell/secret.ts'
import { answerTo } from './answer-to.ts'

/** Asks on the terminal for the passphrase of a key file, without an echo. Undefined where there is no terminal. */
export async function askPassphrase(file: string, signal: AbortSignal): Promise<Secret | undefined> {
  if (!process.stdin.isTTY) return undefined
  process.stderr.write(`Passphrase for ${file}: `)
  // Readline echoes to its output; this one swallows what is typed.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  try {
    return new Secret(await answerTo('', nowhere, signal))
  } finally {
    process.stderr.write('\n')
  }
}
