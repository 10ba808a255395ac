import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { openRegistryIdentity } from '../../../kube/registry/identity.ts'
import { base } from '../../../roles/base/role.ts'
import { containerd } from '../../../roles/containerd/role.ts'
import { kubernetes } from '../../../roles/kubernetes/role.ts'
import { nfsClient } from '../../../roles/nfs-client/role.ts'
import { nfsServer } from '../../../roles/nfs-server/role.ts'
import { registry } from '../../../roles/registry/role.ts'
import { convergePlan } from '../converge-plan.ts'
import { nameOfThisRun } from '../lab-name.ts'
import { killHost } from '../local-lab.ts'
import { serveRepositories } from '../roles/origins.ts'
import { runRoles, twoHosts } from '../roles/run-roles.ts'
import { type ScratchLab, scratchLab, scratchState } from '../scratch-lab.ts'
import { runOn } from '../system-ssh.ts'
import { catalogue } from './catalogue.ts'
import { type Account, accountOf } from './score.ts'

export type Host = 'nfs' | 'worker1'

const rolesOf = {
  nfs: [base, nfsServer, registry, catalogue],
  worker1: [base, containerd, kubernetes, nfsClient, catalogue],
}

/** Two real hosts, one of storage and one like a node, that are spoilt and mended over and over. */
export class Bed {
  readonly #scratch: ScratchLab
  readonly #repositories: Awaited<ReturnType<typeof serveRepositories>>
  readonly #facts: Readonly<Record<string, unknown>>

  private constructor(
    scratch: ScratchLab,
    repositories: Awaited<ReturnType<typeof serveRepositories>>,
    registry: unknown,
  ) {
    this.#scratch = scratch
    this.#repositories = repositories
    this.#facts = { source: repositories.source, registry }
  }

  static async boot(): Promise<Bed> {
    const name = nameOfThisRun('dry-run')
    const stateFolder = scratchState(name)
    const hosts = { nfs: { memory: '1G', cpus: 1 }, worker1: { memory: '1G', cpus: 1 } }
    const scratch = await scratchLab({ name, stateFolder, hosts })
    await scratch.provider.preflight()
    await convergePlan(scratch.provider.create(), 'shared-first')
    const found = (await scratch.provider.find()).get('nfs')
    if (found?.is !== 'running') throw new Error('nfs does not run')
    const repositories = await serveRepositories(found.address)
    return new Bed(scratch, repositories, await openRegistryIdentity(stateFolder, name, found.address))
  }

  /** What a check of this host tells, or a run. */
  async account(host: Host, how: 'check' | 'run'): Promise<Account> {
    const { name, stateFolder, provider } = this.#scratch
    const { events } = await runRoles({
      lab: twoHosts(name),
      provider,
      stateFolder,
      check: how === 'check',
      facts: this.#facts,
      plays: [{ [host]: rolesOf[host] }],
    })
    return accountOf(events)
  }

  /** Runs a script as root, by the system's own ssh. */
  async on(host: Host, script: string): Promise<string> {
    const found = (await this.#scratch.provider.find()).get(host)
    return runOn(found, `sudo -n sh -eu <<'end of script'\n${script}\nend of script\n`, 300)
  }

  async restart(host: Host): Promise<void> {
    const { name, stateFolder } = this.#scratch
    await this.on(host, 'sync')
    await killHost(dirname(dirname(stateFolder)), name, host)
    await this.#create(host)
  }

  /** Blank again. */
  async remake(host: Host): Promise<void> {
    const { hosts } = this.#scratch.provider.destroy()
    await convergePlan({ shared: [], hosts: new Map([[host, hosts.get(host) ?? []]]) }, 'hosts-first')
    await this.#create(host)
  }

  async #create(host: Host): Promise<void> {
    const { shared, hosts } = this.#scratch.provider.create()
    // The network as well, which has its address: a host that is removed gives it back.
    await convergePlan({ shared, hosts: new Map([[host, hosts.get(host) ?? []]]) }, 'shared-first')
  }

  async end(): Promise<void> {
    this.#repositories.close()
    await convergePlan(this.#scratch.provider.destroy(), 'hosts-first')
    await rm(this.#scratch.stateFolder, { recursive: true, force: true })
  }
}
