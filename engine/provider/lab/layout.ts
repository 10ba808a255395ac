import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Where a lab keeps what: everything below its state folder, 0700. */
export interface LabLayout {
  /** Subnet and addresses, as JSON. */
  readonly network: string
  /** The key that the operator logs in with. */
  readonly loginKey: string
  readonly hosts: string
  host(name: string): HostLayout
}

/** One folder a host, so that its end is the end of the folder. */
export interface HostLayout {
  readonly folder: string
  /** The host's own key, made here and carried in by the seed: so its first answer can be verified. */
  readonly hostKey: string
  readonly knownHosts: string
  readonly seed: string
  readonly disk: string
  /** Which process it is, as JSON; written by the process itself before it becomes the host. */
  readonly process: string
  readonly console: string
}

export function labLayout(stateFolder: string): LabLayout {
  const hosts = join(stateFolder, 'hosts')
  return {
    network: join(stateFolder, 'network.json'),
    loginKey: join(stateFolder, 'id_ed25519'),
    hosts,
    host: name => {
      const folder = join(hosts, name)
      const at = (file: string) => join(folder, file)
      return {
        folder,
        hostKey: at('ssh_host_ed25519_key'),
        knownHosts: at('known_hosts'),
        seed: at('seed.tar'),
        disk: at('disk.img'),
        process: at('process.json'),
        console: at('console.log'),
      }
    },
  }
}

/** Names of what lies in a folder: of `hosts`, every host that the lab has begun. None where the folder is not there. */
export function foldersIn(path: string): string[] {
  try {
    return readdirSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
