import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { SshEndpoint } from '../../engine/connection/connection.ts'
import { AndamioError, exitCode, usageError } from '../../engine/errors.ts'
import type { Run } from '../../engine/play/run.ts'
import type { Step } from '../../engine/play/step.ts'
import { didYouMean } from '../../engine/suggest.ts'

/** Opens a shell on a host by the system's own ssh, with the lab's key and the host's known key. */
export function login(host: string): Step {
  return {
    title: `Log in to ${host}`,
    roles: [],
    groups: [],
    async perform(run: Run): Promise<void> {
      const names = run.lab.hosts.map(({ name }) => name)
      if (!names.includes(host)) {
        throw usageError({
          code: 'unknown-host',
          message: `There is no host ${host} in this lab`,
          place: run.lab.file,
          next: didYouMean(host, names, 'there are'),
        })
      }
      const found = run.found.get(host)
      if (found?.is !== 'running') {
        throw new AndamioError(
          { code: 'host-not-running', message: `${host} does not run`, next: 'Start it: npx zx playbooks/up.mjs' },
          exitCode.unreachable,
        )
      }
      const shell = spawn('ssh', sshArguments(found.endpoint), { stdio: 'inherit' })
      await once(shell, 'exit')
    },
  }
}

function sshArguments({
  address,
  port,
  user,
  identityFiles,
  knownHostsFile,
  hostKeyAlias,
  jump,
}: SshEndpoint): string[] {
  const options = [
    `UserKnownHostsFile=${knownHostsFile}`,
    'StrictHostKeyChecking=yes',
    ...(hostKeyAlias ? [`HostKeyAlias=${hostKeyAlias}`] : []),
    ...(jump.length > 0 ? [`ProxyJump=${jump.map(hop => `${hop.user}@${hop.address}:${hop.port}`).join(',')}`] : []),
  ]
  return [
    ...options.flatMap(option => ['-o', option]),
    ...identityFiles.flatMap(file => ['-i', file]),
    '-p',
    String(port),
    '--',
    `${user}@${address}`,
  ]
}
