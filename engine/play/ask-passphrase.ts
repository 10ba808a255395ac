import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { Secret } from '../shell/secret.ts'

/** Asks on the terminal for the passphrase of a key file, without an echo. Undefined where there is no terminal. */
export async function askPassphrase(file: string): Promise<Secret | undefined> {
  if (!process.stdin.isTTY) return undefined
  process.stderr.write(`Passphrase for ${file}: `)
  // Readline echoes to its output; this one swallows what is typed.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true })
  try {
    return new Secret(await terminal.question(''))
  } finally {
    terminal.close()
    process.stderr.write('\n')
  }
}
