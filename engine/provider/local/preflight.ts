import { access, constants, mkdir } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { AndamioError } from '../../errors.ts'
import type { Emit, Failure } from '../../report/events.ts'
import { installHere } from './install-here.ts'

export interface PreflightWish {
  readonly stateFolder: string
  readonly emit: Emit
}

/** The programs that local hosts take, and the Debian packages that bring them. */
const programs: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  nft: 'nftables',
  ethtool: 'ethtool',
  sysctl: 'procps',
  flock: 'util-linux',
}

/** Makes sure that this machine can be home to local hosts; installs the few packages that are missing, and says so. */
export async function preflight({ stateFolder, emit }: PreflightWish): Promise<void> {
  const why = cannotBe()
  if (why) throw new AndamioError(notHere(why))
  await mkdir(stateFolder, { recursive: true, mode: 0o700 })
  await installHere(await missingPackages(), emit)
}

/** Why this machine cannot run local hosts at all; undefined when it can. */
export function cannotBe(
  { platform, arch, uid }: { platform: string; arch: string; uid: number | undefined } = {
    platform: process.platform,
    arch: process.arch,
    uid: process.getuid?.(),
  },
): string | undefined {
  if (platform !== 'linux') return `they need Linux, and this is ${platform}`
  if (arch !== 'x64') return `they need an x86-64 processor, and this one is ${arch}`
  if (uid !== 0) return 'they need root, for network namespaces: run the same command with sudo'
  return undefined
}

async function missingPackages(): Promise<string[]> {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/bin', '/bin']
  const there = (path: string) =>
    access(path, constants.X_OK)
      .then(() => true)
      .catch(() => false)
  const missing = Object.entries(programs).map(async ([program, name]) => {
    const found = await Promise.all(folders.map(folder => there(join(folder, program))))
    return found.includes(true) ? [] : [name]
  })
  return (await Promise.all(missing)).flat()
}

export const notHere = (cause: string): Failure => ({
  code: 'local-hosts-impossible',
  message: 'Local hosts cannot run on this machine',
  place: 'this machine',
  cause,
  next: 'Or take hosts from elsewhere: --inventory static has room for the addresses of hosts that you made.',
})
