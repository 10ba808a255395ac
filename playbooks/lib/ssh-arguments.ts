import type { SshEndpoint } from '../../engine/connection/connection.ts'

/** Of each host on the way, until it has shown its key: a silent one is waited for no longer. */
const patienceSeconds = 30

/**
 * Arguments by which the system's own ssh logs in as we do: with our keys, to hosts that prove theirs. ProxyJump would
 * take neither along to the hosts on the way, so each of those is a ProxyCommand, one ssh within the other. What ssh's own
 * files say of the way is in the endpoint already.
 */
export function sshArguments(endpoint: SshEndpoint): readonly string[] {
  const { address, port, user, identityFiles, identitiesOnly, agentSocket, knownHostsFile, hostKeyAlias, jump } =
    endpoint
  const bastion = jump.at(-1)
  const options = [
    ...identityFiles.map(file => `IdentityFile="${literal(file)}"`),
    `UserKnownHostsFile="${literal(knownHostsFile)}"`,
    'StrictHostKeyChecking=yes',
    `ConnectTimeout=${patienceSeconds}`,
    ...(identitiesOnly ? ['IdentitiesOnly=yes'] : []),
    ...(agentSocket ? [`IdentityAgent="${literal(agentSocket)}"`] : []),
    ...(hostKeyAlias ? [`HostKeyAlias=${hostKeyAlias}`] : []),
    ...(bastion ? [`ProxyCommand=${tunnelThrough({ ...bastion, jump: jump.slice(0, -1) })}`] : ['ProxyJump=none']),
  ]
  return [...options.flatMap(option => ['-o', option]), '-p', String(port), '--', `${user}@${address}`]
}

/** A command for sh. ssh reads it first: it puts the next host's address in, and takes `%%` for a percent sign. */
function tunnelThrough(bastion: SshEndpoint): string {
  return ['ssh', '-W', '[%h]:%p', ...sshArguments(bastion).map(literal)].map(escaped).join(' ')
}

/** With no single quotes around it: ssh counts them, and in an order other than the shell's where one lies in another. */
const escaped = (word: string): string => word.replace(/[^\w@%+=:,./-]/g, '\\$&')

const literal = (text: string): string => text.replaceAll('%', '%%')
