import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type TarEntry, tar } from '../../archive/tar.ts'
import { addressIn, operatorNumber } from '../lab/subnet.ts'
import { sourcesFor } from './apt-sources.ts'
import { aptProxy, hostResolver, machineArchives } from './surroundings.ts'

export interface SeedWish {
  readonly host: string
  readonly address: string
  readonly subnet: string
  /** The program that is the kernel; `modules/<release>` lies beside it. */
  readonly kernel: string
  readonly hostKey: { readonly private: string; readonly public: string }
  /** Public key of who may log in. */
  readonly login: string
  /** For cloud-init, on an image that has it. */
  readonly userData?: string
}

/** Dates the seed's files before the image's package lists: apt's sources have not changed since those were fetched. */
const releaseDay = new Date('2023-06-10T00:00:00Z')

/** The cloud user of the base image. */
export const loginUser = 'debian'
const loginId = 1000

/**
 * What makes a copy of the base image a certain host, as an archive that it unpacks at its first boot: the local
 * counterpart of a cloud's user data. Holds the host's private key.
 */
export async function makeSeed(wish: SeedWish): Promise<Buffer> {
  const [modules, resolver, archives] = await Promise.all([kernelLists(wish.kernel), hostResolver(), machineArchives()])
  const file = (path: string, content: string, mode = 0o644): TarEntry => ({ path, mode, content })
  const home = { uid: loginId, gid: loginId }
  const proxy = aptProxy()
  return tar(
    [
      file('etc/hostname', `${wish.host}\n`),
      file('etc/hosts', `127.0.0.1 localhost\n127.0.1.1 ${wish.host}\n`),
      file('etc/resolv.conf', resolver),
      file('etc/systemd/network/10-vec0.network', networkUnit(wish)),
      file('etc/ssh/ssh_host_ed25519_key', wish.hostKey.private, 0o600),
      file('etc/ssh/ssh_host_ed25519_key.pub', wish.hostKey.public),
      { path: `home/${loginUser}/.ssh/`, mode: 0o700, ...home },
      { ...file(`home/${loginUser}/.ssh/authorized_keys`, wish.login, 0o600), ...home },
      file('etc/apt/sources.list.d/debian.sources', sourcesFor(archives)),
      ...(proxy ? [file('etc/apt/apt.conf.d/80-proxy', proxy, 0o600)] : []),
      ...(wish.userData === undefined ? [] : cloudSeed(wish.host, wish.userData)),
      ...modules,
    ],
    releaseDay,
  )
}

/** Where cloud-init's NoCloud looks first. User data may hold secrets. */
const cloudSeed = (host: string, userData: string): TarEntry[] => [
  {
    path: 'var/lib/cloud/seed/nocloud/meta-data',
    mode: 0o644,
    content: `instance-id: ${host}\nlocal-hostname: ${host}\n`,
  },
  { path: 'var/lib/cloud/seed/nocloud/user-data', mode: 0o600, content: userData },
]

const networkUnit = ({ address, subnet }: SeedWish): string => `[Match]
Name=vec0

[Network]
Address=${address}/${subnet.split('/')[1]}
Gateway=${addressIn(subnet, operatorNumber)}
LinkLocalAddressing=no
IPv6AcceptRA=no
`

/** By these modprobe knows that what it is asked for is built in. */
async function kernelLists(kernel: string): Promise<TarEntry[]> {
  const modules = join(dirname(kernel), 'modules')
  const [release] = await readdir(modules)
  if (!release) throw new Error(`no release of a kernel in ${modules}`)
  const names = await readdir(join(modules, release))
  const files = names.map(async name => ({
    path: `usr/lib/modules/${release}/${name}`,
    mode: 0o644,
    content: await readFile(join(modules, release, name)),
  }))
  return [{ path: `usr/lib/modules/${release}/`, mode: 0o755 }, ...(await Promise.all(files))]
}
