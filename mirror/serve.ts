import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Authority } from '../engine/pki/authority.ts'
import { mirrorArtifacts } from './artifacts.ts'
import { type Daemon, type DaemonState, daemonLives, daemonState, startDaemon, stopDaemon } from './serve/daemon.ts'
import { httpStatus } from './serve/http-status.ts'
import { registryConfiguration } from './serve/registry-configuration.ts'

export interface ServeOptions {
  /** IPv4 address of this machine that the lab's hosts reach, and nobody else need. Nothing else is bound. */
  readonly address: string
  /** The lab's folder: processes' identities, logs and the registry's configuration go to `mirror/` in it. */
  readonly stateFolder: string
  readonly cacheFolder: string
  /** Signs the registry's certificate, kept under the name `mirror`. */
  readonly authority: Authority
  readonly ports?: MirrorPorts
}

export interface MirrorPorts {
  readonly apt: number
  readonly registry: number
}

export const mirrorPorts: MirrorPorts = { apt: 8040, registry: 5040 }

const certificateName = 'mirror'
const staticServer = fileURLToPath(new URL('./serve/static-server.mjs', import.meta.url))

/**
 * Starts both servers of a mirror that is built, or restarts one whose content, address or certificate is another now:
 * apt repositories over HTTP, images over HTTPS. They live on until `stopMirror`.
 */
export async function startMirror(options: ServeOptions, signal: AbortSignal): Promise<void> {
  await options.authority.server(certificateName, [options.address])
  const { apt, registry, configuration } = await daemonsOf(options)
  await mkdir(registry.folder, { recursive: true, mode: 0o700 })
  await writeFile(configurationFile(options.stateFolder), configuration, { mode: 0o600 })
  await Promise.all([startDaemon(apt, signal), startDaemon(registry, signal)])
}

/** How both stand, from their processes alone; changes nothing. */
export async function mirrorState(options: ServeOptions): Promise<{ apt: DaemonState; registry: DaemonState }> {
  const { apt, registry } = await daemonsOf(options)
  const [first, second] = await Promise.all([daemonState(apt), daemonState(registry)])
  return { apt: first, registry: second }
}

const served = ['apt', 'registry'] as const
const mirrorFolder = (stateFolder: string): string => join(stateFolder, 'mirror')

/** Which of them run for this lab, whatever they serve, and wherever packages come from by now. */
export async function servedState(stateFolder: string): Promise<Readonly<Record<string, 'running' | 'stopped'>>> {
  const folder = mirrorFolder(stateFolder)
  const standing = served.map(
    async name => [name, (await daemonLives({ name, folder })) ? 'running' : 'stopped'] as const,
  )
  return Object.fromEntries(await Promise.all(standing))
}

/** Ends what `startMirror` started for this lab, also when the mirror has been built anew since. */
export async function stopMirror(stateFolder: string): Promise<void> {
  const folder = mirrorFolder(stateFolder)
  await Promise.all(served.map(name => stopDaemon({ name, folder })))
}

async function daemonsOf(options: ServeOptions): Promise<{ apt: Daemon; registry: Daemon; configuration: string }> {
  const { address, stateFolder, cacheFolder, authority, ports = mirrorPorts } = options
  const { aptRoot, registryRoot, registryProgram } = await mirrorArtifacts(cacheFolder)
  const folder = mirrorFolder(stateFolder)
  const pki = (kind: string) => join(stateFolder, 'pki', `${certificateName}.${kind}`)
  const configuration = registryConfiguration({
    address,
    port: ports.registry,
    store: registryRoot,
    certificateFile: pki('crt'),
    keyFile: pki('key'),
  })
  const certificate = (await authority.existingServer(certificateName, [address]))?.certificate ?? ''
  const apt: Daemon = {
    name: 'apt',
    folder,
    command: [process.execPath, staticServer, aptRoot, address, String(ports.apt)],
    settings: [],
    // Its root is a folder and not shown: 404 is its greeting.
    answers: async () => (await httpStatus(`http://${address}:${ports.apt}/`)) === 404,
  }
  const registry: Daemon = {
    name: 'registry',
    folder,
    command: [registryProgram, 'serve', configurationFile(stateFolder)],
    settings: [configuration, certificate],
    answers: async () => (await httpStatus(`https://${address}:${ports.registry}/v2/`)) === 200,
  }
  return { apt, registry, configuration }
}

const configurationFile = (stateFolder: string): string => join(mirrorFolder(stateFolder), 'registry.json')
