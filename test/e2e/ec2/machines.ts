import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { labLayout } from '../../../engine/provider/lab/layout.ts'
import { type NetworkRecord, readRecord } from '../../../engine/provider/lab/network-record.ts'
import type { Found } from '../../../engine/provider/provider.ts'
import type { AnyResource } from '../../../engine/resource/resource.ts'
import { convergePlan } from '../converge-plan.ts'
import { RealHost } from '../law-host.ts'
import { say } from '../proof.ts'
import { type ScratchLab, scratchLab } from '../scratch-lab.ts'

/** What a program that only speaks of instances lets somebody else do: boot them, turn them off, throw them away. */
export interface Machines {
  keyImported(publicKey: string): Promise<void>
  run(instance: string, host: string, userData: string): void
  stop(instance: string): void
  start(instance: string): void
  end(instance: string): void
  /** Undefined where no machine stands behind the instance, or it does not run yet. */
  addressesOf(instance: string): Promise<Addresses | undefined>
  /** What it has said at boot. */
  consoleOf(instance: string): Promise<string>
}

/** What an instance is found by: among the others, and from the internet. */
export interface Addresses {
  readonly inside: string
  readonly outside: string
}

export interface As {
  readonly knownHostsFile: string
  readonly identityFile: string
}

/** What a cloud has around its machines. */
export interface Surroundings {
  /**
   * Told of each machine that has booted, before its instance counts as running. Gives its address of the internet. Who
   * logs in does so as the lab's operator, who must know the host's key already.
   */
  arrived(logIn: () => Promise<RealHost>, inside: string): Promise<string>
  left(inside: string): Promise<void>
}

export interface MachinesWish {
  readonly folder: string
  readonly name: string
  /** Memory by host. */
  readonly hosts: Readonly<Record<string, string>>
  /** By which keys the lab's operator knows a host, and logs in to it. */
  as(host: string): As
}

/** Inside and outside a machine has the one address, and nothing is done to it. */
const none: Surroundings = { arrived: async (_, inside) => inside, left: async () => undefined }

/**
 * Every instance is a local host with cloud-init: its user data is applied, it can be stopped and started, and its disk
 * goes when it is terminated.
 */
export class LocalMachines implements Machines {
  surroundings = none
  readonly #wish: MachinesWish
  readonly #lab: ScratchLab
  readonly #hostOf = new Map<string, string>()
  /** By instance. */
  readonly #addresses = new Map<string, Addresses>()
  #shared: Promise<unknown> = Promise.resolve()
  /** What was begun, machine by machine, one thing after another. */
  readonly #turns = new Map<string, Promise<unknown>>()

  private constructor(wish: MachinesWish, lab: ScratchLab) {
    this.#wish = wish
    this.#lab = lab
  }

  /** With the network that they will be in. */
  static async of(wish: MachinesWish): Promise<LocalMachines> {
    const { folder, name, hosts } = wish
    const size = ([host, memory]: readonly [string, string]) =>
      [host, { memory, cpus: 1, image: 'cloud', userData: dataFile(folder, host) }] as const
    const sizes = Object.fromEntries(Object.entries(hosts).map(size))
    const lab = await scratchLab({ name, stateFolder: join(folder, 'machines', name), hosts: sizes })
    await lab.provider.preflight()
    const machines = new LocalMachines(wish, lab)
    await machines.#share()
    return machines
  }

  /** Of what all machines share. */
  get network(): NetworkRecord {
    const record = readRecord(labLayout(this.#lab.stateFolder).network)
    if (!record) throw new Error('the machines have no network')
    return record
  }

  /** As cloud-init would fetch it: whoever holds its private half may log in. */
  async keyImported(publicKey: string): Promise<void> {
    await mkdir(this.#lab.stateFolder, { recursive: true, mode: 0o700 })
    await writeFile(join(this.#lab.stateFolder, 'id_ed25519.pub'), `${publicKey.trim()}\n`)
    await this.#share()
  }

  run(instance: string, host: string, userData: string): void {
    this.#hostOf.set(instance, host)
    this.#inTurn(host, async () => {
      // One that was terminated has given its address back.
      await this.#share()
      await writeFile(dataFile(this.#wish.folder, host), userData)
      await this.#boot(instance, host)
    })
  }

  start(instance: string): void {
    const host = this.#hostOf.get(instance) ?? ''
    this.#inTurn(host, () => this.#boot(instance, host))
  }

  stop(instance: string): void {
    const host = this.#hostOf.get(instance) ?? ''
    this.#inTurn(host, async () => {
      await this.#leaves(instance)
      // As AWS does it: the host is asked to shut down, and loses its power when it has.
      const there = await this.#login(host)
      await there.sh('systemctl --no-block poweroff')
      await there.connection.close()
      const began = performance.now()
      while ((await this.#lab.provider.find()).get(host)?.is === 'running') {
        if (performance.now() - began > offSeconds * 1000) throw new Error(`${host} does not shut down`)
        await setTimeout(250)
      }
    })
  }

  end(instance: string): void {
    const host = this.#hostOf.get(instance) ?? ''
    this.#inTurn(host, async () => {
      await this.#leaves(instance)
      await this.#converge(host, this.#lab.provider.destroy().hosts.get(host))
      this.#hostOf.delete(instance)
    })
  }

  async addressesOf(instance: string): Promise<Addresses | undefined> {
    const found = (await this.#lab.provider.find()).get(this.#hostOf.get(instance) ?? '')
    return found?.is === 'running' ? this.#addresses.get(instance) : undefined
  }

  async consoleOf(instance: string): Promise<string> {
    const { console } = labLayout(this.#lab.stateFolder).host(this.#hostOf.get(instance) ?? '')
    return readFile(console, 'utf8').catch(() => '')
  }

  /** How the machine stands, whatever is said of its instance. */
  async found(host: string): Promise<Found | undefined> {
    await this.settled()
    return (await this.#lab.provider.find()).get(host)
  }

  /** Goes to a host past everything, when nothing is under way any more. */
  async reach(host: string): Promise<RealHost> {
    await this.settled()
    return this.#login(host)
  }

  async #login(host: string): Promise<RealHost> {
    const found = (await this.#lab.provider.find()).get(host)
    if (found?.is !== 'running') throw new Error(`${host} is ${found?.is}`)
    const { knownHostsFile, identityFile } = this.#wish.as(host)
    return RealHost.reach(host, {
      ...found,
      endpoint: { ...found.endpoint, knownHostsFile, identityFiles: [identityFile] },
    })
  }

  /** Until nothing is under way any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#turns.values())
  }

  async remove(): Promise<void> {
    await Promise.allSettled(this.#turns.values())
    await convergePlan(this.#lab.provider.destroy(), 'hosts-first')
  }

  async #boot(instance: string, host: string): Promise<void> {
    await this.#converge(host, this.#lab.provider.create().hosts.get(host))
    const inside = this.network.addresses[host] ?? ''
    const outside = await this.surroundings.arrived(() => this.#login(host), inside)
    this.#addresses.set(instance, { inside, outside })
  }

  async #leaves(instance: string): Promise<void> {
    const { inside } = this.#addresses.get(instance) ?? {}
    if (inside === undefined) return
    this.#addresses.delete(instance)
    await this.surroundings.left(inside)
  }

  #inTurn(host: string, work: () => Promise<void>): void {
    const turn = (this.#turns.get(host) ?? Promise.resolve()).then(work)
    turn.catch(error => say(`machine ${host}: ${(error as Error).stack}`))
    this.#turns.set(host, turn)
  }

  /** The network and an address for each machine; one after another, for they are the same files. */
  async #share(): Promise<void> {
    const { shared } = this.#lab.provider.create()
    const turn = this.#shared.then(() => convergePlan({ shared, hosts: new Map() }, 'shared-first'))
    this.#shared = turn.catch(() => undefined)
    await turn
  }

  async #converge(host: string, list: readonly AnyResource[] = []): Promise<void> {
    await convergePlan({ shared: [], hosts: new Map([[host, list]]) }, 'shared-first')
  }
}

/** Pods and their containers may take a minute and a half to end. */
const offSeconds = 300

const dataFile = (folder: string, host: string): string => join(folder, `user-data-${host}`)
