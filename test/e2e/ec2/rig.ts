import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EC2 } from '@aws-sdk/client-ec2'
import type { LabHosts } from '../../../engine/inventory/lab.ts'
import { parseInventory } from '../../../engine/inventory/parse.ts'
import { hosts, noHosts } from '../../../engine/play/hosts.ts'
import { Run } from '../../../engine/play/run.ts'
import type { Step } from '../../../engine/play/step.ts'
import { RunStopped } from '../../../engine/play/stop.ts'
import type { OpenPort } from '../../../engine/provider/ec2/ports.ts'
import { ec2Provider } from '../../../engine/provider/ec2/provider.ts'
import type { Words } from '../../../engine/provider/provider.ts'
import type { Event } from '../../../engine/report/events.ts'
import { holds } from '../proof.ts'
import { clientAt, environmentAt, region } from './client.ts'
import { FaultProxy } from './fault-proxy.ts'
import { type Faults, VirtualClock } from './faults.ts'
import { type Moto, startMoto } from './moto.ts'

export interface Ran {
  /** It was cut off, as by SIGKILL. */
  readonly killed: boolean
  readonly error: unknown
  readonly events: readonly Event[]
  /** Resources that have changed or would. */
  readonly changed: readonly string[]
  readonly calls: readonly string[]
  /** What is told at the end. */
  readonly reminders: readonly string[]
  /** And beside it, where it has ended before its end. */
  readonly unlessDone: readonly Words[]
}

export const noError = ({ error }: Ran, what: string): void =>
  holds(error === undefined, `${what}: ${JSON.stringify(error)}`)

export interface RunWish {
  readonly check?: boolean
  /** Killed when this many calls have been carried out, or the first of this name: the last one's answer never comes. */
  readonly killAfter?: number | string | undefined
  /** Ctrl-C at the first call of this name, which is still answered; or at the first wait for a host's answer. */
  readonly interruptAt?: string
}

/** Two hosts of different groups: every kind of resource, in few calls. Groups are named freely here. */
export const smallLab = `
lab: rig
provider: ec2
ec2: { region: ${region}, operators: 203.0.113.7/32 }
hosts:
  cp: { groups: [control-plane], type: t3.medium }
  nfs: { groups: [storage], type: t3.micro }
`

/** Two groups that speak of each other and of the world: what the whole table is made of. */
const table: readonly OpenPort[] = [
  { to: 'all', from: 'operators', protocol: 'tcp', ports: [22, 22], what: 'SSH' },
  { to: 'storage', from: { group: 'all' }, protocol: 'tcp', ports: [2049, 2049], what: 'NFS' },
  { to: 'storage', from: 'clients', protocol: 'udp', ports: [30000, 32767], what: 'use' },
  { to: 'all', from: { group: 'storage' }, protocol: 'udp', ports: [111, 111], what: 'answers' },
]

/** Up and down as a playbook does them, in this process and its own time, against moto behind the fault proxy. */
export class Rig {
  readonly moto: Moto
  readonly proxy: FaultProxy
  clock = new VirtualClock()
  table: (lab: LabHosts) => readonly OpenPort[] = () => table
  #stateFolder: string

  private constructor(moto: Moto, proxy: FaultProxy, stateFolder: string) {
    this.moto = moto
    this.proxy = proxy
    this.#stateFolder = stateFolder
  }

  static async start(): Promise<Rig> {
    const moto = await startMoto()
    const proxy = await FaultProxy.start(moto.url, { clock: new VirtualClock() })
    Object.assign(process.env, environmentAt(proxy.url))
    return new Rig(moto, proxy, await mkdtemp(join(tmpdir(), 'andamio-ec2-')))
  }

  async stop(): Promise<void> {
    await this.proxy.stop()
    await this.moto.stop()
    await rm(this.#stateFolder, { recursive: true, force: true })
  }

  /** A new account, and an operator who has never made a lab. */
  async anew(faults: Omit<Faults, 'clock'> = {}): Promise<void> {
    await this.moto.reset()
    this.clock = new VirtualClock()
    this.proxy.anew({ clock: this.clock, ...faults })
    await this.forget()
  }

  get stateFolder(): string {
    return this.#stateFolder
  }

  /** The operator's machine is lost, and with it what it knew of the lab. */
  async forget(): Promise<void> {
    await rm(this.#stateFolder, { recursive: true, force: true })
    this.#stateFolder = await mkdtemp(join(tmpdir(), 'andamio-ec2-'))
  }

  /** What the account really holds. */
  get account(): EC2 {
    return clientAt(this.moto.url)
  }

  /** Somebody else, under the same weather. */
  get somebody(): EC2 {
    return clientAt(this.proxy.url)
  }

  up(inventory = smallLab, wish: RunWish = {}): Promise<Ran> {
    return this.#run(hosts(), inventory, wish)
  }

  down(inventory = smallLab, wish: RunWish = {}): Promise<Ran> {
    return this.#run(noHosts(), inventory, wish)
  }

  async #run(step: Step, inventory: string, { check = false, killAfter, interruptAt }: RunWish): Promise<Ran> {
    const lab = parseInventory('ec2.yaml', inventory, { roleVars: {} })
    const killed = new AbortController()
    const events: Event[] = []
    const emit = (event: object) => void events.push(event as Event)
    const before = this.proxy.calls.length
    let left = typeof killAfter === 'number' ? killAfter : Number.POSITIVE_INFINITY
    this.proxy.cutting(action => {
      if (action === interruptAt) killed.abort(new Error('interrupted'))
      left -= 1
      if (left > 0 && action !== killAfter) return false
      killed.abort(new Error('killed'))
      return true
    })
    const context = { lab, stateFolder: this.#stateFolder, cacheFolder: '/nowhere', emit, signal: killed.signal }
    // What is done on a host itself takes one that boots.
    const { firstLogin: _, ...provider } = ec2Provider(context, {
      table: this.table(lab),
      keepsData: ['storage'],
      clock: this.clock,
      answers: async () => {
        if (interruptAt === 'SSH') killed.abort(new Error('interrupted'))
        killed.signal.throwIfAborted()
        return true
      },
    })
    const run = new Run({
      options: { playbook: 'rig', check, forks: 5, yes: true },
      ...{ lab, provider, emit, stateFolder: this.#stateFolder, signal: killed.signal },
      connect: () => Promise.reject(new Error('no host is connected to')),
    })
    let error: unknown
    try {
      await run.refuseAnother()
      await run.find()
      await step.perform(run)
    } catch (thrown) {
      error = thrown instanceof RunStopped ? failureIn(events) : thrown
    }
    this.proxy.cutting(undefined)
    const changed = events.flatMap(event =>
      event.type === 'resource.end' && /^(changed|would-change)$/.test(event.outcome)
        ? [`${event.kind} ${event.id}`]
        : [],
    )
    const calls = this.proxy.calls.slice(before)
    const unlessDone = run.unlessDone.flatMap(tell => tell() ?? [])
    return { killed: killed.signal.aborted, error, events, changed, calls, reminders: run.reminders, unlessDone }
  }
}

const failureIn = (events: readonly Event[]): unknown =>
  events.find(event => event.type === 'resource.end' && event.outcome === 'failed') ?? new Error('it stopped')
