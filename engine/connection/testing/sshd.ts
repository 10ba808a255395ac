import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { KeyPair } from './keys.ts'
import { needPrograms } from './programs.ts'

export interface Sshd {
  readonly port: number
  readonly pid: number
  close(): Promise<void>
}

/** A real OpenSSH server, as a process of its own on a loopback port, that lets root in by `user`'s key. */
export async function startSshd(
  folder: string,
  keys: { readonly host: readonly KeyPair[]; readonly user: KeyPair },
  settings: readonly string[] = [],
): Promise<Sshd> {
  needPrograms()
  mkdirSync('/run/sshd', { recursive: true }) // where sshd parts its privileges; its unit file makes it elsewhere
  const port = await freePort()
  const authorized = join(folder, 'authorized_keys')
  writeFileSync(authorized, `${keys.user.publicLine}\n`, { mode: 0o600 })
  const config = [
    `ListenAddress 127.0.0.1:${port}`,
    ...keys.host.map(({ file }) => `HostKey ${file}`),
    `AuthorizedKeysFile ${authorized}`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'PermitRootLogin prohibit-password',
    'AllowTcpForwarding yes',
    'Subsystem sftp internal-sftp',
    'SetEnv SHLVL=2', // else bash reads this machine's own ~/.bashrc before every command
    ...settings,
  ]
  const configFile = join(folder, `sshd_config-${port}`)
  writeFileSync(configFile, `${config.join('\n')}\n`)
  const server = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', configFile], { stdio: ['ignore', 'ignore', 'pipe'] })
  await listening(server)
  return { port, pid: server.pid ?? 0, close: () => ended(server) }
}

function listening(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    server.stderr?.on('data', chunk => {
      said += String(chunk)
      if (said.includes('Server listening')) resolve()
    })
    server.once('error', reject)
    server.once('exit', code => reject(new Error(`sshd ended with status ${code}: ${said}`)))
  })
}

function ended(server: ChildProcess): Promise<void> {
  return new Promise(resolve => {
    if (server.exitCode !== null) return resolve()
    server.once('exit', () => resolve())
    server.kill('SIGTERM')
  })
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}
