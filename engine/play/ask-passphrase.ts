import { Secret } from '../shell/secret.ts'
import { answerTo } from './answer-to.ts'

/** Asks on the terminal for the passphrase of a key file, without an echo. Undefined where there is no terminal. */
export async function askPassphrase(file: string, signal: AbortSignal): Promise<Secret | undefined> {
  if (!process.stdin.isTTY) return undefined
  try {
    return new Secret(await answerTo(`Passphrase for ${file}: `, { echo: false }, signal))
  } finally {
    process.stderr.write('\n')
  }
}
