import { existingAuthority, openAuthority } from '../../engine/pki/authority.ts'
import { cacheFolder } from '../../engine/play/folders.ts'
import { sharedTarget } from '../../engine/play/hosts.ts'
import { playList } from '../../engine/play/play-roles.ts'
import type { Run } from '../../engine/play/run.ts'
import type { Step } from '../../engine/play/step.ts'
import { stopIfFailed } from '../../engine/play/stop.ts'
import { onOperator } from '../../engine/resource/operator.ts'
import { absent, present, type Resource } from '../../engine/resource/resource.ts'
import { existingRegistryIdentity, openRegistryIdentity } from '../../kube/registry/identity.ts'
import { labRegistry } from '../../kube/registry/lab-registry.ts'
import { originsFrom, upstreamSource } from '../../kube/upstream.ts'
import { mirrorState, type ServeOptions, servedState, startMirror, stopMirror } from '../../mirror/serve.ts'
import { mirrorSource } from '../../mirror/source.ts'

const title = 'Supply packages and images'

/** Serves the mirror to the lab where it is the source, and makes known to roles what they install from. */
export function supply(): Step {
  return {
    title,
    roles: [],
    groups: [],
    plays: [title],
    async perform(run: Run): Promise<void> {
      const { source, vars } = run.lab
      // Only hosts of this machine's own reach a mirror on it.
      const ways = { mirror: run.lab.provider === 'local' }
      if (source === 'upstream') run.tell('source', await upstreamSource(run.signal, originsFrom(vars.upstream), ways))
      else await serve(run)
      await tellRegistry(run)
    },
  }
}

/** Stops serving the mirror, also where the inventory or `--source` says otherwise by now. What it has built stays. */
export function noSupply(): Step {
  return {
    title: 'Stop supplying packages and images',
    roles: [],
    groups: [],
    plays: [title],
    async perform(run: Run): Promise<void> {
      if (run.limited) return
      await playServer(run, noServer(run))
    },
  }
}

async function serve(run: Run): Promise<void> {
  await playServer(run, server(run))
  const options = await serveOptions(run)
  if (options) run.tell('source', await mirrorSource(options).catch(unlessChecking(run)))
}

/** Before the mirror is built its keys are not known: check mode then shows what hangs on them as late. */
const unlessChecking =
  (run: Run) =>
  (error: Error): undefined => {
    if (!run.options.check) throw error
    return undefined
  }

async function playServer(run: Run, resource: Resource<ServerState, undefined>): Promise<void> {
  const began = performance.now()
  run.emit({ type: 'play.start', play: title, hosts: [sharedTarget] })
  await playList(run, title, sharedTarget, false, async () => [{ resource, role: 'mirror' }])
  run.emit({ type: 'play.end', play: title, seconds: (performance.now() - began) / 1000 })
  stopIfFailed(run)
}

type ServerState = { readonly [server: string]: string }
const identity = { kind: 'mirror-server', id: 'packages and images' } as const

function server(run: Run): Resource<ServerState, undefined> {
  return {
    ...identity,
    probe: onOperator(() => stateOf(run)),
    diff: is =>
      ['apt', 'registry'].flatMap(name => {
        const before = is.is === 'present' ? (is.state[name] ?? null) : null
        return before === 'running' ? [] : [{ attribute: name, before, after: 'running' }]
      }),
    async apply() {
      const address = run.provider.operatorAddress()
      if (address === undefined) throw new Error('the lab has no network to serve on')
      const authority = await openAuthority(run.stateFolder, run.lab.name)
      const folders = { stateFolder: run.stateFolder, cacheFolder: cacheFolder() }
      await startMirror({ address, authority, ...folders }, run.signal)
    },
  }
}

function noServer(run: Run): Resource<ServerState, undefined> {
  return {
    ...identity,
    probe: onOperator(async () => present<ServerState>(await servedState(run.stateFolder))),
    diff: is =>
      Object.entries(is.is === 'present' ? is.state : {})
        .filter(([, state]) => state !== 'stopped')
        .map(([attribute, before]) => ({ attribute, before, after: 'stopped' })),
    apply: () => stopMirror(run.stateFolder),
  }
}

async function stateOf(run: Run) {
  const options = await serveOptions(run)
  return options ? present<ServerState>(await mirrorState(options)) : absent
}

/** Undefined before the lab has a network or an authority: then nothing can have been served. */
async function serveOptions(run: Run): Promise<ServeOptions | undefined> {
  const address = run.provider.operatorAddress()
  const authority = await existingAuthority(run.stateFolder)
  if (address === undefined || authority === undefined) return undefined
  return { address, authority, stateFolder: run.stateFolder, cacheFolder: cacheFolder() }
}

/** Certificate and password of the lab's registry: made on the first run, only looked at in check mode. */
async function tellRegistry(run: Run): Promise<void> {
  const [host] = run.lab.groups.get(labRegistry.group) ?? []
  const address = host && run.view(host).lab.addressOf(host).value
  if (address === undefined) return
  run.tell(
    'registry',
    run.options.check
      ? await existingRegistryIdentity(run.stateFolder, address)
      : await openRegistryIdentity(run.stateFolder, run.lab.name, address),
  )
}
