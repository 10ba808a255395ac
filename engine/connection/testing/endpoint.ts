import type { SshEndpoint } from '../connection.ts'

/** Of root on this machine, with nothing to prove who that is: what matters to a test it tells itself. */
export const sshEndpoint = (own: Partial<SshEndpoint> = {}): SshEndpoint => ({
  address: '127.0.0.1',
  port: 22,
  user: 'root',
  identityFiles: [],
  agent: false,
  knownHostsFile: '/none',
  jump: [],
  ...own,
})
