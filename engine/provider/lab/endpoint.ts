import type { SshEndpoint } from '../../connection/connection.ts'
import type { HostLayout } from './layout.ts'

/** Who logs in, and with what. */
type Login = Pick<SshEndpoint, 'user' | 'identityFiles'> & Partial<Pick<SshEndpoint, 'jump'>>

/** The way to a host of which the lab keeps the key: on ssh's own port, known under its name whatever its address is. */
export const labEndpoint = (
  host: string,
  { knownHosts: knownHostsFile }: HostLayout,
  address: string,
  login: Login,
): SshEndpoint => ({ jump: [], ...login, address, port: 22, agent: false, knownHostsFile, hostKeyAlias: host })
