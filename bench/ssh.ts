/**
 * What a command and an upload cost over ssh, side by side with OpenSSH's own client, against a real sshd on loopback.
 *
 *   npx tsx bench/ssh.ts [megabytes]
 *
 * Runs of the rivals alternate, so that a busy machine slows both alike.
 */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { knownHostLine } from '../engine/connection/known-hosts.ts'
import { connectSsh } from '../engine/connection/ssh.ts'
import { sshEndpoint } from '../engine/connection/testing/endpoint.ts'
import { makeKey } from '../engine/connection/testing/keys.ts'
import { startSshd } from '../engine/connection/testing/sshd.ts'
import { upload } from '../engine/connection/upload.ts'

const run = promisify(execFile)
const megabytes = Number(process.argv[2] ?? 64)
const folder = mkdtempSync(join(tmpdir(), 'andamio-bench-'))
const hostKey = makeKey(folder, 'host')
const user = makeKey(folder, 'user')
const sshd = await startSshd(folder, { host: [hostKey], user })
const knownHostsFile = join(folder, 'known_hosts')
writeFileSync(knownHostsFile, knownHostLine(`[127.0.0.1]:${sshd.port}`, hostKey.publicKey))
const endpoint = sshEndpoint({ port: sshd.port, identityFiles: [user.file], knownHostsFile })
const common = ['-i', user.file, '-o', `UserKnownHostsFile=${knownHostsFile}`, '-o', 'IdentitiesOnly=yes', '-F', 'none']
const shared = [...common, '-o', 'ControlMaster=auto', '-o', `ControlPath=${folder}/control`, '-o', 'ControlPersist=60']

/** Milliseconds of each rival's runs, taken in turn. */
async function race(rounds: number, rivals: Readonly<Record<string, () => Promise<unknown>>>): Promise<void> {
  const times = new Map(Object.keys(rivals).map(name => [name, [] as number[]]))
  for (let round = 0; round < rounds; round++) {
    for (const [name, work] of Object.entries(rivals)) {
      const began = performance.now()
      await work()
      times.get(name)?.push(performance.now() - began)
    }
  }
  for (const [name, taken] of times) {
    const sorted = taken.toSorted((a, b) => a - b)
    const at = (share: number): string => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1).padStart(9)
    console.log(`${name.padEnd(48)}${at(0)}${at(0.5)}${at(0.9)}`)
  }
}

try {
  const connection = await connectSsh('bench', endpoint)
  console.log(`${'milliseconds'.padEnd(48)}${['least', 'median', '90 %'].map(head => head.padStart(9)).join('')}`)
  await race(5, {
    'connect and log in': async () => (await connectSsh('bench', endpoint)).close(),
    'connect and log in, ssh': () => run('ssh', [...common, '-p', String(sshd.port), 'root@127.0.0.1', 'true']),
  })
  await race(40, {
    'a command': () => connection.exec('true', { timeoutSeconds: 30 }),
    'a command, ssh over a shared connection': () =>
      run('ssh', [...shared, '-p', String(sshd.port), 'root@127.0.0.1', 'true']),
    'a script of 20 probes': () =>
      connection.exec('sh -s', { stdin: '{ read -r x </proc/uptime; echo "$x"; }\n'.repeat(20), timeoutSeconds: 30 }),
    'upload of 4 KiB, checked and synced': () =>
      upload(connection, { path: join(folder, 'small'), content: randomBytes(4096), mode: '0600', owner: 'root:root' }),
  })
  const content = randomBytes(megabytes * 1024 * 1024)
  const source = join(folder, 'source')
  writeFileSync(source, content)
  const batch = join(folder, 'batch')
  writeFileSync(batch, `put ${source} ${join(folder, 'by-sftp')}\n`)
  await race(3, {
    [`${megabytes} MiB, checked and synced`]: () =>
      upload(connection, { path: join(folder, 'ours'), content, mode: '0600', owner: 'root:root' }),
    [`${megabytes} MiB, bare cat`]: () =>
      connection.exec(`cat >${join(folder, 'bare')}`, { stdin: content, timeoutSeconds: 300 }),
    [`${megabytes} MiB, sftp`]: () => run('sftp', [...common, '-P', String(sshd.port), '-b', batch, 'root@127.0.0.1']),
    [`${megabytes} MiB, scp -O`]: () =>
      run('scp', ['-O', ...common, '-P', String(sshd.port), source, `root@127.0.0.1:${join(folder, 'by-scp')}`]),
  })
  await connection.close()
  await run('ssh', [...shared, '-O', 'exit', '-p', String(sshd.port), 'root@127.0.0.1'])
} finally {
  await sshd.close()
  rmSync(folder, { recursive: true })
}
