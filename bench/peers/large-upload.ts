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
import { machineSeconds, processorSeconds, withoutChildren } from '../processor.ts'
import type { Sample } from '../results.ts'
import { sampleWords, turned } from './rounds.ts'

const run = promisify(execFile)

/** As the page calls them. */
export const uploaders = {
  'andamio-upload': {
    label: "andamio's upload",
    settings:
      'from the memory of a program that runs, as a playbook has it, a new login each; it checks the sum and syncs',
  },
  sftp: { label: "OpenSSH's `sftp`", settings: 'its defaults, from a file; it syncs nothing and checks no sum' },
  'sftp-aes': { label: "OpenSSH's `sftp -c`", settings: 'the cipher that ours asks for, AES-128-GCM' },
  'sftp-synced': { label: "OpenSSH's `sftp -f -c`", settings: 'that cipher, and it syncs when all has been sent' },
}
export type UploaderName = keyof typeof uploaders

/**
 * One file of so many MiB, up to a real sshd on loopback by our upload, which checks the sum and syncs, and by OpenSSH's
 * sftp, which checks none and syncs where it is told to; each logs in anew. What arrived is compared. Of processors is
 * told what each spends here and what its sessions spend at sshd.
 */
export async function largeUpload(rounds: number, mebibytes: number): Promise<Record<UploaderName, Sample[]>> {
  const folder = await mkdtemp(join(tmpdir(), 'andamio-bench-upload-'))
  const [hostKey, user] = [makeKey(folder, 'host'), makeKey(folder, 'user')]
  const sshd = await startSshd(folder, { host: [hostKey], user })
  try {
    const file = (name: string): string => join(folder, name)
    const content = randomBytes(mebibytes * 2 ** 20)
    await writeFile(file('source'), content)
    await run('sync', [file('source')])
    await writeFile(file('known_hosts'), knownHostLine(`[127.0.0.1]:${sshd.port}`, hostKey.publicKey))
    const sftp = async (name: string, ...flags: readonly string[]): Promise<void> => {
      await writeFile(file('batch'), `put ${file('source')} ${file(name)}\n`)
      const options = ['-F', 'none', '-o', `UserKnownHostsFile=${file('known_hosts')}`, '-o', 'IdentitiesOnly=yes']
      const target = ['-P', String(sshd.port), '-b', file('batch'), 'root@127.0.0.1']
      await run('sftp', [...options, ...flags, '-i', user.file, ...target])
    }
    const aes = ['-c', 'aes128-gcm@openssh.com']
    const acts: Record<UploaderName, () => Promise<unknown>> = {
      'andamio-upload': async () => {
        const login = { port: sshd.port, identityFiles: [user.file], knownHostsFile: file('known_hosts') }
        const connection = await connectSsh('bench', sshEndpoint(login))
        await upload(connection, { path: file('andamio-upload'), content, mode: '0600', owner: 'root:root' })
        await connection.close()
      },
      sftp: () => sftp('sftp'),
      'sftp-aes': () => sftp('sftp-aes', ...aes),
      'sftp-synced': () => sftp('sftp-synced', '-f', ...aes),
    }
    const names = Object.keys(acts) as UploaderName[]
    const samples: Record<UploaderName, Sample[]> = {
      'andamio-upload': [],
      sftp: [],
      'sftp-aes': [],
      'sftp-synced': [],
    }
    for (let round = 1; round <= rounds; round++)
      for (const name of turned(names, round)) {
        const sample = await take(acts[name], sshd.pid)
        await run('cmp', [file('source'), file(name)])
        // Else whoever syncs would write to disk what others have left in memory.
        await rm(file(name))
        say(sampleWords(round, name, sample))
        samples[name].push(sample)
      }
    return samples
  } finally {
    await sshd.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function take(act: () => Promise<unknown>, sshd: number): Promise<Sample> {
  const host = new Set([sshd])
  const [machineBefore, ownBefore, hostBefore] = [machineSeconds(), ownSeconds(), processorSeconds(host)]
  const began = performance.now()
  await act()
  const seconds = (performance.now() - began) / 1000
  const machineCpuSeconds = machineSeconds() - machineBefore
  const cpuSeconds = ownSeconds() - ownBefore
  await withoutChildren(sshd)
  const hostCpuSeconds = processorSeconds(host) - hostBefore
  const othersCpuSeconds = Math.max(0, machineCpuSeconds - cpuSeconds - hostCpuSeconds)
  return { seconds, cpuSeconds, hostCpuSeconds, othersCpuSeconds }
}

/** Of processors: what this process has used and all that it has waited for. */
function ownSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6 + processorSeconds(new Set([process.pid]))
}
