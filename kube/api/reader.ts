import type { ApiClient } from './client.ts'
import { ApiRefusal, isNotFound } from './errors.ts'
import { pathOf, type ServedKind } from './kinds.ts'
import type { AnyObject, KindRef, KubeObject, ObjectRef } from './objects.ts'

/** Who owns the fields that we apply. */
export const fieldManager = 'andamio'

export interface Where {
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

/** Whether the API server says of itself that it can serve; where not, which of its checks fail. */
export interface Readiness {
  readonly ready: boolean
  readonly failing: readonly string[]
}

/** Names and labels without the rest, which is all that a search needs. */
const metadataOnly = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json'
const aggregatedDiscovery = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

/** Reads of the cluster. A dry run is one: the API promises to store nothing of it. */
export class ClusterReader {
  protected readonly client: ApiClient

  constructor(client: ApiClient) {
    this.client = client
  }

  /** The cluster's certificate authority, PEM. */
  get ca(): string {
    return this.client.endpoint.ca
  }

  /** Undefined is a positive 404. */
  async get<T extends KubeObject = AnyObject>(ref: ObjectRef): Promise<T | undefined> {
    const kind = await this.client.servedKind(ref)
    try {
      return await this.client.call<T>({ method: 'GET', path: pathOf(kind, ref) })
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  async list<T extends KubeObject = AnyObject>(of: KindRef, where: Where = {}): Promise<readonly T[]> {
    const kind = await this.client.servedKind(of)
    return this.#items<T>(kind, where)
  }

  /** Objects of a kind with their metadata alone. */
  listMetadata(kind: ServedKind, where: Where): Promise<readonly KubeObject[]> {
    return this.#items<KubeObject>(kind, where, metadataOnly)
  }

  async #items<T extends KubeObject>(kind: ServedKind, where: Where, accept?: string): Promise<readonly T[]> {
    const { namespace, labelSelector, fieldSelector } = where
    const { items } = await this.client.call<{ items: readonly T[] | null }>({
      method: 'GET',
      path: pathOf(kind, { namespace }),
      query: { labelSelector, fieldSelector },
      ...(accept ? { accept } : {}),
    })
    // In a list the API leaves out what all items share.
    return (items ?? []).map(item => ({ ...item, apiVersion: kind.apiVersion, kind: kind.kind }))
  }

  /** What a server-side apply of this object would make of it; undefined when its namespace is not there. */
  async dryRun(object: AnyObject): Promise<AnyObject | undefined> {
    const kind = await this.client.servedKind(object)
    try {
      return await this.client.call<AnyObject>({
        method: 'PATCH',
        path: pathOf(kind, object.metadata),
        query: { fieldManager, force: 'true', fieldValidation: 'Strict', dryRun: 'All' },
        contentType: 'application/apply-patch+yaml',
        body: object,
      })
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  /** Kinds of custom resources that can be listed and deleted, by one request. */
  async customKinds(): Promise<readonly ServedKind[]> {
    const path = '/apis'
    const { items } = await this.client.call<{ items: readonly DiscoveredGroup[] }>({
      method: 'GET',
      path,
      accept: aggregatedDiscovery,
    })
    // Kubernetes keeps undotted names and *.k8s.io for itself; CustomResourceDefinitions there need its approval.
    const isCustom = (name = ''): boolean => name.includes('.') && !name.endsWith('.k8s.io')
    return items.filter(group => isCustom(group.metadata?.name)).flatMap(kindsOfGroup)
  }

  async readiness(): Promise<Readiness> {
    // With the retries of any read: on a busy machine etcd is late for a check now and then, and a moment is no state.
    const { status, body } = await this.client.send({ method: 'GET', path: '/readyz', query: { verbose: '' } })
    if (status === 200) return { ready: true, failing: [] }
    if (status === 401 || status === 403) throw new ApiRefusal('GET /readyz', status, { message: body })
    return { ready: false, failing: [...body.matchAll(/^\[-\](\S+)/gm)].map(([, check]) => check as string) }
  }

  /** What the API server's clock says; ours may be off. */
  async now(): Promise<Date> {
    const { headers } = await this.client.send({ method: 'GET', path: '/version' })
    const told = Date.parse(String(headers.date))
    if (Number.isNaN(told)) throw new Error('the API server does not tell the time')
    return new Date(told)
  }

  /** The last lines of a container's log; `previous`, of the container that stood in its place before its last restart. */
  async logs(
    namespace: string,
    pod: string,
    container: string,
    lines: number,
    { previous = false }: { readonly previous?: boolean } = {},
  ): Promise<string> {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`
    const { status, body } = await this.client.send({
      method: 'GET',
      path,
      query: { container, tailLines: String(lines), previous: previous ? 'true' : undefined },
      accept: '*/*',
    })
    if (status >= 400) throw new ApiRefusal(`GET ${path}`, status, { message: body })
    return body
  }
}

interface DiscoveredGroup {
  readonly metadata?: { readonly name?: string }
  readonly versions: readonly {
    readonly version: string
    readonly resources?: readonly {
      readonly resource: string
      readonly responseKind?: { readonly kind: string }
      readonly scope: 'Namespaced' | 'Cluster'
      readonly verbs: readonly string[]
    }[]
  }[]
}

/** The preferred version stands first; the others show the same objects. */
function kindsOfGroup({ metadata, versions }: DiscoveredGroup): readonly ServedKind[] {
  const seen = new Set<string>()
  return versions.flatMap(({ version, resources }) =>
    (resources ?? []).flatMap(({ resource, responseKind, scope, verbs }) => {
      if (!responseKind || seen.has(resource) || !verbs.includes('list') || !verbs.includes('delete')) return []
      seen.add(resource)
      const group = metadata?.name
      const apiVersion = group ? `${group}/${version}` : version
      return [{ apiVersion, kind: responseKind.kind, resource, namespaced: scope === 'Namespaced' }]
    }),
  )
}
