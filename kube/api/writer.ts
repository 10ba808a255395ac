import { setTimeout as sleep } from 'node:timers/promises'
import { unlessAborted } from '../../engine/connection/unless-aborted.ts'
import { AndamioError, exitCode } from '../../engine/errors.ts'
import { lookingOn } from '../nodes/control-plane.ts'
import type { ApiClient } from './client.ts'
import { ApiRefusal, isNotFound, isPassing } from './errors.ts'
import { pathOf } from './kinds.ts'
import { isHeldByAnother, isPortTaken } from './node-ports.ts'
import type { AnyObject, ObjectRef } from './objects.ts'
import { ClusterReader, fieldManager } from './reader.ts'

export type Waiting = (what: string, limitSeconds: number, detail?: string) => void

/** A port that nothing holds any more is free when the API server, every three minutes, has found it so a few times. */
const portLimitSeconds = 900

/** How a condition stands: met, or what is missing. */
export type Met = true | string

/** Writes of the cluster, and the reads that go with them. */
export class ClusterWriter extends ClusterReader {
  /** Says what is being waited for, for how long at most, and how it stands. */
  readonly waiting: Waiting
  readonly #signal: AbortSignal

  constructor(client: ApiClient, waiting: Waiting, signal: AbortSignal) {
    super(client)
    this.waiting = waiting
    this.#signal = signal
  }

  /**
   * Server-side apply; takes over fields that others have changed since. Of a Service that comes into being, the port is
   * held from the beginning of an attempt on: where one was given up here and goes on there, the next one meets its port.
   */
  async apply(object: AnyObject): Promise<AnyObject> {
    try {
      return await this.#applyOnce(object)
    } catch (error) {
      if (!isPortTaken(error)) throw error
      const services = await this.list<AnyObject>({ apiVersion: 'v1', kind: 'Service' })
      if (isHeldByAnother(object, services)) throw error
    }
    let applied: AnyObject | undefined
    await this.until(`the port of Service ${object.metadata.name}`, portLimitSeconds, async () => {
      try {
        applied = await this.#applyOnce(object)
        return true
      } catch (error) {
        if (isPortTaken(error)) return 'an attempt that got no answer in time still holds it'
        throw error
      }
    })
    return applied ?? object
  }

  async #applyOnce(object: AnyObject): Promise<AnyObject> {
    const kind = await this.client.servedKind(object)
    return this.client.call<AnyObject>({
      method: 'PATCH',
      path: pathOf(kind, object.metadata),
      query: { fieldManager, force: 'true', fieldValidation: 'Strict' },
      contentType: 'application/apply-patch+yaml',
      body: object,
      timeoutSeconds: 30,
    })
  }

  async create(object: AnyObject): Promise<void> {
    const kind = await this.client.servedKind(object)
    await this.client.call({
      method: 'POST',
      path: pathOf(kind, { namespace: object.metadata.namespace }),
      query: { fieldManager },
      body: object,
    })
  }

  /** Merge patch: null removes a field. */
  async patch(ref: ObjectRef, change: unknown, subresource?: 'status'): Promise<void> {
    const kind = await this.client.servedKind(ref)
    await this.client.call({
      method: 'PATCH',
      path: pathOf(kind, ref) + (subresource ? `/${subresource}` : ''),
      query: { fieldManager },
      contentType: 'application/merge-patch+json',
      body: change,
    })
  }

  /** Content when the object is gone or going. `uid` makes sure that it is the one that was meant. */
  async delete(ref: ObjectRef, uid?: string): Promise<void> {
    const kind = await this.client.servedKind(ref)
    try {
      await this.client.call({
        method: 'DELETE',
        path: pathOf(kind, ref),
        body: { propagationPolicy: 'Background', ...(uid === undefined ? {} : { preconditions: { uid } }) },
      })
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }

  /** Asks for a pod to leave. False while a PodDisruptionBudget forbids it. */
  async evict(namespace: string, name: string): Promise<boolean> {
    const { status, body } = await this.client.send({
      method: 'POST',
      path: `${pathOf(await this.client.servedKind({ apiVersion: 'v1', kind: 'Pod' }), { namespace, name })}/eviction`,
      body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { namespace, name } },
      plain: true,
    })
    if (status === 429) return false
    if (status >= 400 && status !== 404)
      throw new ApiRefusal(`eviction of pod ${namespace}/${name}`, status, { message: body })
    return true
  }

  /**
   * Asks until the answer is `true`, after 0.25 s growing to 2 s, telling whenever what is missing moves on, and before
   * that what is wrong with the control plane, on which all hangs. Throws `wait-timeout` with what was told last. An API
   * that does not answer meanwhile, or answers that it cannot serve now, as it does while it starts, is waited for too.
   */
  async until(what: string, limitSeconds: number, ask: () => Promise<Met>): Promise<void> {
    const end = performance.now() + limitSeconds * 1000
    let pause = 250
    let told: string | undefined
    const controlPlane = lookingOn(this)
    for (;;) {
      const answer = ask().catch((error: unknown): string => {
        if (isPassing(error)) return error.failure.cause ?? error.message
        throw error
      })
      const met = await unlessAborted(this.#signal, answer, () => undefined)
      if (met === true) return
      const missing = [controlPlane(), met].filter(Boolean).join('; ')
      if (missing !== told) this.waiting(what, limitSeconds, missing)
      told = missing
      if (performance.now() + pause > end) throw timedOut(what, limitSeconds, missing)
      await sleep(pause, undefined, { signal: this.#signal })
      pause = Math.min(pause * 1.5, 2000)
    }
  }
}

const timedOut = (what: string, limitSeconds: number, missing: string): AndamioError =>
  new AndamioError(
    {
      code: 'wait-timeout',
      message: `Waited ${limitSeconds} s in vain for ${what}`,
      cause: missing,
      next: 'Mend what is named, or give it more time, then run again: nothing is done twice.',
    },
    exitCode.failed,
  )
