import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { knownHostLine } from '../../engine/connection/known-hosts.ts'
import { connectSsh } from '../../engine/connection/ssh.ts'
import { sshEndpoint } from '../../engine/connection/testing/endpoint.ts'
import { makeKey } from '../../engine/connection/testing/keys.ts'
import { startSshd } from '../../engine/connection/testing/sshd.ts'
import { upload } from '../../engine/connection/upload.ts'
import { say } from '../../test/e2e/proof.ts'
import { processorSeconds, withoutChildren } from '../processor.ts'
import type { Sample } from '../results.ts'

const run = promisify(execFile)

/**
 * One file of so many MiB, up to a real sshd on loopback by our upload, which checks the sum and syncs, and by OpenSSH's
 * sftp, which checks none and syncs where it is told to; each logs in anew. What arrived is compared. Of processors is told
 * what each spends here and what its sessions spend at sshd.
 */
export async function largeUpload(
  rounds: number,
  mebibytes: number,
): Promise<Record<'andamio' | 'sftp' | 'sftp-synced', Sample[]>> {
  const folder = await mkdtemp(join(tmpdir(), 'andamio-bench-upload-'))
  const [hostKey, user] = [makeKey(folder, 'host'), makeKey(folder, 'user')]
  const sshd = await startSshd(folder, { host: [hostKey], user })
  try {
    const file = (name: string): string => join(folder, name)
    const content = randomBytes(mebibytes * 2 ** 20)
    await writeFile(file('source'), content)
    await run('sync', [file('source')])
    await writeFile(file('known_hosts'), knownHostLine(`[127.0.0.1]:${sshd.port}`, hostKey.publicKey))
    const login = { port: sshd.port, identityFiles: [user.file], knownHostsFile: file('known_hosts') }
    const rivals = {
      andamio: async () => {
        const connection = await connectSsh('bench', sshEndpoint(login))
        await upload(connection, { path: file('andamio'), content, mode: '0600', owner: 'root:root' })
        await connection.close()
      },
      sftp: () => sftp('sftp'),
      'sftp-synced': () => sftp('sftp-synced', '-f'),
    }
    const sftp = async (name: string, ...flags: readonly string[]): Promise<void> => {
      await writeFile(file('batch'), `put ${file('source')} ${file(name)}\n`)
      const options = ['-F', 'none', '-o', `UserKnownHostsFile=${file('known_hosts')}`, '-o', 'IdentitiesOnly=yes']
      const target = ['-P', String(sshd.port), '-b', file('batch'), 'root@127.0.0.1']
      await run('sftp', [...options, ...flags, '-i', user.file, ...target])
    }
    const samples: Record<keyof typeof rivals, Sample[]> = { andamio: [], sftp: [], 'sftp-synced': [] }
    for (let round = 1; round <= rounds; round++)
      for (const name of ['andamio', 'sftp', 'sftp-synced'] as const) {
        const [ownBefore, sshdBefore] = [ownSeconds(), processorSeconds(new Set([sshd.pid]))]
        const began = performance.now()
        await rivals[name]()
        const seconds = (performance.now() - began) / 1000
        const cpuSeconds = ownSeconds() - ownBefore
        await withoutChildren(sshd.pid)
        const hostCpuSeconds = processorSeconds(new Set([sshd.pid])) - sshdBefore
        await run('cmp', [file('source'), file(name)])
        // Else whoever syncs would write to disk what others have left in memory.
        await rm(file(name))
        const spent = `${cpuSeconds.toFixed(2)} s of processors here, ${hostCpuSeconds.toFixed(2)} of the sshd's`
        say(`round ${round}: ${name.padEnd(11)} ${seconds.toFixed(2)} s, ${spent}`)
        samples[name].push({ seconds, cpuSeconds, hostCpuSeconds })
      }
    return samples
  } finally {
    await sshd.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Of processors: what this process has used and all that it has waited for. */
function ownSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6 + processorSeconds(new Set([process.pid]))
}
