import { spawn } from 'node:child_process'
import type { Found } from '../../engine/provider/provider.ts'
import { outputOf } from './child-output.ts'

/** Runs a script on a found host by the system's own ssh, as a user would, and gives its stdout. Throws unless it ends with 0. */
export async function runOn(found: Found | undefined, script: string, limitSeconds = 120): Promise<string> {
  if (found?.is !== 'running') throw new Error(`the host is ${found?.is ?? 'not in the lab'}`)
  const { address, port, user, identityFiles, knownHostsFile, hostKeyAlias } = found.endpoint
  const options = {
    UserKnownHostsFile: knownHostsFile,
    HostKeyAlias: hostKeyAlias ?? address,
    StrictHostKeyChecking: 'yes',
    IdentitiesOnly: 'yes',
    BatchMode: 'yes',
    ConnectTimeout: '10',
    ServerAliveInterval: '5',
  }
  const words = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  const keys = identityFiles.flatMap(file => ['-i', file])
  const child = spawn('ssh', ['-F', 'none', ...keys, ...words, '-p', String(port), `${user}@${address}`, 'sh -eu -s'], {
    timeout: limitSeconds * 1000,
  })
  const { code, stdout, stderr } = await outputOf(child, script)
  if (code !== 0) throw new Error(`on ${address}, status ${code}: ${script}\n${stderr}`)
  return stdout
}
