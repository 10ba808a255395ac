import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { makeAuthority, makeServer } from '../../engine/pki/x509.ts'
import { runHere } from '../../engine/provider/local/command.ts'
import { labNames } from '../../engine/provider/local/names.ts'
import { hostResolver } from '../../engine/provider/local/surroundings.ts'
import { sh } from '../../engine/shell/sh.ts'
import { aptPaths } from '../../mirror/apt.ts'
import { mirrorArtifacts } from '../../mirror/artifacts.ts'
import { httpStatus } from '../../mirror/serve/http-status.ts'
import { project } from '../e2e/run-playbook.ts'
import { packageHosts, registryHosts } from './names.ts'

export interface SecondUpstream {
  /** DNS and packages. */
  readonly address: string
  /** PEM of the authority that its servers' certificates come from. */
  readonly ca: string
  /** Variables of an inventory: what tells this upstream from the real one. */
  readonly variables: Readonly<Record<string, string>>
  /** What packages and images were asked for. */
  requests(): Promise<readonly string[]>
  end(): Promise<void>
}

interface Place {
  readonly lab: string
  readonly folder: string
  readonly cacheFolder: string
  /** Two free addresses in the lab's network, with the first one in the namespace already. */
  readonly addresses: readonly [string, string]
}

/**
 * Upstream's package repositories and registries once more, in a lab's namespace: the same packages and images, signed by
 * other keys, served under upstream's own names by certificates of another authority.
 */
export async function startSecondUpstream({ lab, folder, cacheFolder, addresses }: Place): Promise<SecondUpstream> {
  const [address, registryAddress] = addresses
  const { namespace } = labNames(lab)
  await mkdir(folder, { recursive: true })
  const authority = await makeAuthority('second upstream', 2)
  const pair = await makeServer(authority, [...packageHosts, ...registryHosts, ...addresses], 2)
  await writeFile(join(folder, 'server.crt'), pair.certificate)
  await writeFile(join(folder, 'server.key'), pair.key, { mode: 0o600 })
  const artifacts = await mirrorArtifacts(cacheFolder)
  await cp(artifacts.aptRoot, folder, { recursive: true })
  const kubernetes = await signAnew(folder, aptPaths.kubernetes, '.', 'Release.key')
  const docker = await signAnew(folder, aptPaths.docker, 'dists/bookworm', 'gpg')

  await runHere(
    'giving the registry an address',
    sh`ip -n ${namespace} addr replace ${`${registryAddress}/24`} dev switch`,
  )
  const settings = join(folder, 'registry.json')
  const tls = { certificate: join(folder, 'server.crt'), key: join(folder, 'server.key') }
  const storage = {
    filesystem: { rootdirectory: artifacts.registryRoot },
    maintenance: { readonly: { enabled: true } },
  }
  const http = { addr: `${registryAddress}:443`, secret: 'read-only', tls }
  await writeFile(settings, JSON.stringify({ version: '0.1', log: { level: 'info' }, storage, http }))

  const inside = (name: string, command: readonly string[]): ChildProcess => {
    const log = openSync(join(folder, `${name}.log`), 'a')
    const line = ['setpriv', '--pdeathsig', 'KILL', 'ip', 'netns', 'exec', namespace, ...command]
    return spawn(line[0] ?? '', line.slice(1), { stdio: ['ignore', 'pipe', log], cwd: project })
  }
  const beyond = /^nameserver (\S+)$/m.exec(await hostResolver())?.[1] ?? ''
  const program = fileURLToPath(new URL('./server.ts', import.meta.url))
  const servers = [
    inside('packages', [process.execPath, '--import', 'tsx', program, folder, address, registryAddress, beyond]),
    inside('registry', [artifacts.registryProgram, 'serve', settings]),
  ]
  const asked: string[] = []
  for (const server of servers)
    if (server.stdout) createInterface({ input: server.stdout }).on('line', line => asked.push(line))
  await until(() => asked.includes('ready'), 'the package server', servers)
  await until(async () => (await httpStatus(`https://${registryAddress}/v2/`)) === 200, 'the registry', servers)

  const byAddress = (path: string): string => `https://${address}/${path}`
  return {
    address,
    ca: authority.certificate,
    variables: {
      kubernetesKeyUrl: byAddress(`${aptPaths.kubernetes}/Release.key`),
      kubernetesFingerprint: kubernetes,
      dockerKeyUrl: byAddress(`${aptPaths.docker}/gpg`),
      dockerFingerprint: docker,
    },
    requests: async () => asked,
    async end() {
      for (const server of servers) {
        const closed = server.exitCode === null && server.signalCode === null ? once(server, 'close') : undefined
        server.kill('SIGKILL')
        await closed
      }
    },
  }
}

/** Another key for a repository: made, laid where upstream has its own, and its Release signed by it. Gives its fingerprint. */
async function signAnew(root: string, repository: string, release: string, keyName: string): Promise<string> {
  const folder = join(root, repository)
  const script = sh`
export GNUPGHOME=$(mktemp -d)
trap 'gpgconf --kill all; rm -rf "$GNUPGHOME"' EXIT
gpg() { command gpg --batch --yes --quiet --no-tty --pinentry-mode loopback --passphrase '' "$@"; }
gpg --quick-generate-key ${`second upstream, ${repository}`} ed25519 sign 2d 2>/dev/null
cd ${join(folder, release)}
rm -f InRelease Release.gpg
gpg --output InRelease --clearsign Release
gpg --armor --output Release.gpg --detach-sign Release
rm -f ${join(folder, keyName)}
gpg --armor --output ${join(folder, keyName)} --export
gpg --list-keys --with-colons | sed -n 's/^fpr:*\([0-9A-F]*\):$/\1/p'`
  const fingerprint = (await runHere(`signing ${repository} anew`, script, { timeoutSeconds: 60 })).trim()
  if (!/^[0-9A-F]{40}$/.test(fingerprint)) throw new Error(`no fingerprint of ${repository}: ${fingerprint}`)
  return fingerprint
}

async function until(
  holds: () => boolean | Promise<boolean>,
  what: string,
  servers: readonly ChildProcess[],
): Promise<void> {
  for (const end = performance.now() + 30_000; !(await holds()); await new Promise(done => setTimeout(done, 50))) {
    const ended = servers.some(({ exitCode }) => exitCode !== null)
    if (ended || performance.now() > end) throw new Error(`${what} does not answer`)
  }
}
