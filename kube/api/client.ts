import { AndamioError } from '../../engine/errors.ts'
import { ApiRefusal, type ApiStatus, ApiUnreachable, isCertificateError } from './errors.ts'
import { builtInKind, groupPath, type ServedKind } from './kinds.ts'
import type { KindRef } from './objects.ts'
import { NotPermitted, withPatience } from './retry.ts'
import type { Wire, WireRequest, WireResponse } from './wire.ts'

export interface Call {
  readonly method: WireRequest['method']
  readonly path: string
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly body?: unknown
  readonly contentType?: string
  readonly accept?: string
  /** Default 15. */
  readonly timeoutSeconds?: number
  /** Default false: a 429 to an eviction is an answer. */
  readonly plain?: boolean
}

/** Requests and answers in JSON, patiently; kinds to paths; what went wrong as errors for people. */
export class ApiClient {
  /** A new one when the cluster's credentials turned out to have changed. */
  readonly #renew: () => Promise<Wire | undefined>
  /** Rejects where this run may not act any more, or cannot know; by that error the write ends. */
  readonly #mayWrite: () => Promise<void>
  readonly #kinds = new Map<string, Promise<readonly ServedKind[]>>()
  #wire: Wire
  #earlierRoundTrips = 0
  #renewing: Promise<void> | undefined

  constructor(
    wire: Wire,
    renew: () => Promise<Wire | undefined> = async () => undefined,
    mayWrite: () => Promise<void> = async () => undefined,
  ) {
    this.#wire = wire
    this.#renew = renew
    this.#mayWrite = mayWrite
  }

  get endpoint(): Wire['endpoint'] {
    return this.#wire.endpoint
  }

  get roundTrips(): number {
    return this.#earlierRoundTrips + this.#wire.roundTrips
  }

  close(): void {
    this.#wire.close()
  }

  /** Throws `ApiRefusal` on a status of 400 and above, `ApiUnreachable` when there was no answer, or none that is whole. */
  async call<T>(call: Call): Promise<T> {
    const { status, body } = await this.send(call, refuseUnlessJson)
    if (status >= 400) throw new ApiRefusal(`${call.method} ${call.path}`, status, readStatus(body))
    return JSON.parse(body) as T
  }

  /** Any status is an answer. `check` throws for a response that is none; the request is then made again. */
  async send(call: Call, check: (response: WireResponse) => void = () => undefined): Promise<WireResponse> {
    const request: WireRequest = {
      method: call.method,
      path: call.path + queryOf(call.query),
      timeoutSeconds: call.timeoutSeconds ?? 15,
      headers: {
        accept: call.accept ?? 'application/json',
        ...(call.body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    }
    const patience = { conflicts: call.method === 'PATCH' }
    const wire = this.#wire
    const exchange = async (): Promise<WireResponse> => {
      if (writes(call))
        await this.#mayWrite().catch((reason: unknown) => {
          throw new NotPermitted(reason)
        })
      const response = await wire.send(request)
      check(response)
      return response
    }
    try {
      const response = await (call.plain ? exchange() : withPatience(exchange, patience))
      return response.status === 401 && (await this.#renewed(wire)) ? this.send(call, check) : response
    } catch (error) {
      if (error instanceof NotPermitted) throw error.reason
      if (isCertificateError(error) && (await this.#renewed(wire))) return this.send(call, check)
      const { host, port } = this.endpoint
      throw new ApiUnreachable(`${host}:${port}`, (error as Error).message, { cause: error })
    }
  }

  /** True when the cluster has other credentials by now than those that `used` was opened with: it was reset. */
  async #renewed(used: Wire): Promise<boolean> {
    // Requests that were under way together find out together; the first of them asks.
    if (this.#wire === used) {
      this.#renewing ??= this.#takeNew(used)
      await this.#renewing.finally(() => {
        this.#renewing = undefined
      })
    }
    return this.#wire !== used
  }

  async #takeNew(used: Wire): Promise<void> {
    const wire = await this.#renew()
    if (!wire || wire.endpoint.ca + wire.endpoint.cert === used.endpoint.ca + used.endpoint.cert) return
    used.close()
    this.#earlierRoundTrips += used.roundTrips
    this.#wire = wire
  }

  /** How the API serves a kind. Throws `unknown-kind` where it does not. */
  async servedKind(kind: KindRef): Promise<ServedKind> {
    const found = builtInKind(kind) ?? (await this.#discovered(kind)) ?? (await this.#discovered(kind, true))
    if (found) return found
    throw new AndamioError({
      code: 'unknown-kind',
      message: `The cluster serves no ${kind.kind} in ${kind.apiVersion}`,
      cause: 'Its CustomResourceDefinition is not there, or not yet.',
      next: 'Put the definition into a file that is applied before this one, or mend the apiVersion.',
    })
  }

  async #discovered(kind: KindRef, afresh = false): Promise<ServedKind | undefined> {
    const cached = afresh ? undefined : this.#kinds.get(kind.apiVersion)
    const kinds = cached ?? this.#discover(kind.apiVersion)
    this.#kinds.set(kind.apiVersion, kinds)
    return (await kinds).find(served => served.kind === kind.kind)
  }

  async #discover(apiVersion: string): Promise<readonly ServedKind[]> {
    const { status, body } = await this.send({ method: 'GET', path: groupPath(apiVersion) }, refuseUnlessJson)
    if (status === 404) return []
    if (status >= 400) throw new ApiRefusal(`GET ${groupPath(apiVersion)}`, status, readStatus(body))
    const { resources } = JSON.parse(body) as { resources: { name: string; kind: string; namespaced: boolean }[] }
    return resources
      .filter(({ name }) => !name.includes('/'))
      .map(({ name, kind, namespaced }) => ({ apiVersion, kind, resource: name, namespaced }))
  }
}

/** A dry run is a read, whatever its method: probes make them, and the permit for a write is itself a write. */
const writes = ({ method, query }: Call): boolean => method !== 'GET' && query?.dryRun !== 'All'

function queryOf(query: Call['query']): string {
  const entries = Object.entries(query ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return entries.length === 0 ? '' : `?${new URLSearchParams(entries)}`
}

/** Where the API does what it is asked it answers with an object: less was cut on the way, whatever the wire says. */
function refuseUnlessJson({ status, body }: WireResponse): void {
  if (status >= 400) return
  try {
    JSON.parse(body)
  } catch {
    throw new Error(body === '' ? 'its answer is empty' : `its answer of ${body.length} characters is no whole JSON`)
  }
}

function readStatus(body: string): ApiStatus {
  try {
    return JSON.parse(body) as ApiStatus
  } catch {
    return { message: body.slice(0, 500) }
  }
}
