import { AndamioError } from '../../errors.ts'
import type { Emit } from '../../report/events.ts'
import type { CallName, Ec2Api } from './api.ts'
import type { Clock } from './clock.ts'
import { OwnNetwork } from './own-network.ts'
import { patiently } from './patience.ts'
import { Reading } from './reading.ts'
import { type SeenGroup, type SeenInstance, type SeenKey, seenGroup, seenInstance, seenKey } from './seen.ts'
import { serviceError } from './service-error.ts'
import { ofLab } from './tags.ts'

export interface AccountParts {
  readonly lab: string
  readonly region: string
  readonly clock: Clock
  readonly emit: Emit
  readonly signal?: AbortSignal | undefined
  open(region: string): Ec2Api
}

export interface Wait {
  /** Who waits: a host, or the lab. */
  readonly who: string
  readonly what: string
  readonly limitSeconds: number
}

const firstPauseSeconds = 2
const longestPauseSeconds = 30

/** What of an account carries the lab's name, and the one way to call EC2. */
export class Account {
  readonly region: string
  readonly lab: string
  readonly clock: Clock
  readonly instances: Reading<readonly SeenInstance[]>
  readonly groups: Reading<readonly SeenGroup[]>
  readonly keys: Reading<readonly SeenKey[]>
  readonly network: OwnNetwork
  /** That RunInstances has named in this run and EC2 does not show yet, by id. */
  readonly #launched = new Map<string, SeenInstance>()
  readonly #parts: AccountParts
  #api: Ec2Api | undefined

  constructor(parts: AccountParts) {
    this.#parts = parts
    this.region = parts.region
    this.lab = parts.lab
    this.clock = parts.clock
    const filters = { Filters: ofLab(parts.lab) }
    this.instances = new Reading(async () => {
      const pages = await this.pages('describeInstances', (api, NextToken) =>
        api.describeInstances({ ...filters, ...NextToken }),
      )
      const shown = pages.flatMap(({ Reservations = [] }) =>
        Reservations.flatMap(({ Instances = [] }) => Instances.map(seenInstance)),
      )
      for (const { id } of shown) this.#launched.delete(id)
      return [...shown, ...this.#launched.values()]
    })
    this.groups = new Reading(async () => {
      const pages = await this.pages('describeSecurityGroups', (api, NextToken) =>
        api.describeSecurityGroups({ ...filters, ...NextToken }),
      )
      return pages.flatMap(({ SecurityGroups = [] }) => SecurityGroups.map(seenGroup))
    })
    this.keys = new Reading(async () => {
      const { KeyPairs = [] } = await this.call('describeKeyPairs', api => api.describeKeyPairs(filters))
      return KeyPairs.map(seenKey)
    })
    this.network = new OwnNetwork(this)
  }

  /** What AWS has said it runs is there, and costs, also while it is not shown. */
  launched(instance: SeenInstance): void {
    this.#launched.set(instance.id, instance)
    this.instances.outdated()
  }

  /** Instances as last read, and those that were launched since. Asks nobody; undefined where nothing was read. */
  get lastInstances(): readonly SeenInstance[] | undefined {
    const { last } = this.instances
    return last && [...new Map([...this.#launched, ...last.map(one => [one.id, one] as const)]).values()]
  }

  /**
   * Sends until it is answered. Throws what EC2 refuses as a `ServiceError`. `once`: what may have been carried out is not
   * sent again, for it would be done twice.
   */
  async call<T>(name: CallName, send: (api: Ec2Api) => Promise<T>, { once = false } = {}): Promise<T> {
    this.#api ??= this.#parts.open(this.region)
    const api = this.#api
    const { clock, region, signal } = this.#parts
    const waiting = (what: string, limitSeconds: number, detail: string) =>
      this.#waiting({ who: this.lab, what, limitSeconds }, detail)
    const writes = !/^(describe|get)/.test(name)
    try {
      return await patiently(name, () => send(api), { clock, region, signal, waiting, once, reads: !writes })
    } catch (error) {
      if (error instanceof AndamioError || signal?.aborted) throw error
      throw serviceError(error, name, region)
    } finally {
      if (writes) for (const reading of [this.instances, this.groups, this.keys, this.network]) reading.outdated()
    }
  }

  async pages<T extends { readonly NextToken?: string | undefined }>(
    name: CallName,
    send: (api: Ec2Api, next: { readonly NextToken?: string }) => Promise<T>,
  ): Promise<readonly T[]> {
    const pages: T[] = []
    let next: { readonly NextToken?: string } = {}
    for (;;) {
      const page = await this.call(name, api => send(api, next))
      pages.push(page)
      if (!page.NextToken) return pages
      next = { NextToken: page.NextToken }
    }
  }

  /**
   * Reads until `found` finds what it looks for. Hosts that wait side by side share what is read. Undefined after the
   * limit, in seconds.
   */
  async until<S, T>(reading: Reading<S>, found: (seen: S) => T | undefined, wait: Wait): Promise<T | undefined> {
    const { clock, signal } = this.#parts
    const deadline = clock.now() + wait.limitSeconds * 1000
    let turn = 0
    for (let pause = firstPauseSeconds; ; pause = Math.min(pause * 1.5, longestPauseSeconds)) {
      const seen = await reading.after(turn)
      turn = seen.turn
      const result = found(seen.value)
      if (result !== undefined) return result
      const left = (deadline - clock.now()) / 1000
      if (left <= 0) return undefined
      this.#waiting(wait)
      await clock.sleep(Math.min(pause, left) * 1000, signal)
    }
  }

  #waiting({ who, what, limitSeconds }: Wait, detail?: string): void {
    this.#parts.emit({ type: 'wait', host: who, what, limitSeconds, seconds: 0, ...(detail ? { detail } : {}) })
  }
}
