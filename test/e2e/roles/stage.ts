import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { openRegistryIdentity } from '../../../kube/registry/identity.ts'
import { base } from '../../../roles/base/role.ts'
import { containerd } from '../../../roles/containerd/role.ts'
import { images } from '../../../roles/images/role.ts'
import { kubernetes } from '../../../roles/kubernetes/role.ts'
import { nfsClient } from '../../../roles/nfs-client/role.ts'
import { nfsServer } from '../../../roles/nfs-server/role.ts'
import { registry } from '../../../roles/registry/role.ts'
import { convergePlan } from '../converge-plan.ts'
import { killHost } from '../local-lab.ts'
import { holds, say } from '../proof.ts'
import { type ScratchLab, scratchLab, scratchState } from '../scratch-lab.ts'
import { serveRepositories } from './origins.ts'
import { connectTo, runRoles, twoHosts } from './run-roles.ts'

const name = 'roles'
const stateFolder = scratchState(name)
const lab = twoHosts(name)
const rolesOf = {
  nfs: [base, nfsServer, registry],
  worker1: [base, containerd, kubernetes, nfsClient],
}

let scratch: ScratchLab
let repositories: Awaited<ReturnType<typeof serveRepositories>>
export let address = ''

/** One run over both hosts, then over the registry: what changed or would, by name, and what it took. */
export async function play(check: boolean, only: readonly (keyof typeof rolesOf)[] = ['nfs', 'worker1']) {
  const { events, roundTrips } = await runRoles({
    lab,
    provider: scratch.provider,
    stateFolder,
    check,
    facts: { source: repositories.source, registry: await openRegistryIdentity(stateFolder, name, address) },
    plays: [Object.fromEntries(only.map(host => [host, rolesOf[host]])), { nfs: [images] }],
    told: event => {
      if (event.type === 'wait') say(`${event.host}: waiting for ${event.what}`)
      if (event.type === 'resource.end' && !['ok', 'would-change'].includes(event.outcome)) {
        say(`${event.host}: ${event.outcome} ${event.kind} ${event.id} (${event.seconds.toFixed(1)} s)`)
      }
    },
  })
  const ends = events.filter(event => event.type === 'resource.end')
  const failed = ends.find(({ failure }) => failure)
  if (failed) throw new Error(JSON.stringify(failed.failure, undefined, 2))
  const told = ends
    .filter(({ outcome }) => outcome !== 'ok')
    .flatMap(({ host, kind, id, changes }) => changes.map(({ attribute }) => `${host} ${kind} ${id}: ${attribute}`))
  return { told: told.sort(), unknown: ends.filter(({ outcome }) => outcome === 'unknown'), roundTrips }
}

export async function on(host: 'nfs' | 'worker1', script: string): Promise<string> {
  const found = (await scratch.provider.find()).get(host)
  if (found?.is !== 'running') throw new Error(`${host} does not run`)
  const connection = await connectTo(host, found.endpoint)
  try {
    const { code, stdout, stderr } = await connection.exec('sh -eus', { stdin: script, timeoutSeconds: 120 })
    holds(code === 0, `${script} succeeds on ${host}: ${stdout}${stderr}`)
    return stdout.toString().trimEnd()
  } finally {
    await connection.close()
  }
}

/** Both hosts, blank or as they were left; the mirror's repositories beside them. */
export async function boot(): Promise<void> {
  const hosts = { nfs: { memory: '1G', cpus: 1 }, worker1: { memory: '2G', cpus: 1 } }
  scratch = await scratchLab({ name, stateFolder, hosts })
  await scratch.provider.preflight()
  await convergePlan(scratch.provider.create(), 'shared-first')
  const found = (await scratch.provider.find()).get('nfs')
  if (found?.is !== 'running') throw new Error('nfs does not run')
  address = found.address
  repositories = await serveRepositories(address)
}

/** Cuts both hosts' power, then starts them again. */
export async function cutPower(): Promise<void> {
  for (const host of ['nfs', 'worker1'] as const) {
    await on(host, 'sync')
    await killHost(dirname(dirname(stateFolder)), name, host)
  }
  await convergePlan(scratch.provider.create(), 'shared-first')
}

export async function cleanUp(): Promise<void> {
  repositories?.close()
  if (process.env.KEEP) return
  await convergePlan(scratch.provider.destroy(), 'hosts-first')
  await rm(stateFolder, { recursive: true, force: true })
}
