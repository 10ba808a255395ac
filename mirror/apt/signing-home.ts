import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StepWork } from '../step.ts'

export type Gpg = (args: readonly string[], stdin?: string) => Promise<string>

/**
 * Gives `use` a gpg with a key ring of its own, and takes both away again. The folder is a short one, for gpg's agent
 * listens on a socket in it and a socket's path ends at 107 characters; the agent would otherwise outlive the build.
 */
export async function withGpg<T>(work: StepWork, use: (gpg: Gpg) => Promise<T>): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'andamio-gpg-'))
  const env = { GNUPGHOME: home }
  const gpg: Gpg = (args, stdin) =>
    work.run('gpg', ['--batch', '--no-tty', '--yes', '--pinentry-mode', 'loopback', '--passphrase', '', ...args], {
      env,
      timeoutSeconds: 120,
      ...(stdin === undefined ? {} : { stdin }),
    })
  try {
    return await use(gpg)
  } finally {
    await work.run('gpgconf', ['--kill', 'all'], { env }).catch(() => {})
    await rm(home, { recursive: true, force: true })
  }
}
