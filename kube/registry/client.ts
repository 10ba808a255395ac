import * as http from 'node:http'
import * as https from 'node:https'
import { isIP } from 'node:net'
import type { Blob, Image } from '../images/oci-layout.ts'
import { Authorization, type Login } from './authorization.ts'
import { sendFile } from './send-file.ts'
import { type Tunnel, TunnelAgent } from './tunnel-agent.ts'

export interface RegistryEndpoint {
  /** Where it is reached; its certificate is checked against `name`, for an address may be one of several. */
  readonly address: string
  readonly port: number
  readonly name: string
  /** PEM; without one, those that Node trusts. */
  readonly ca?: string
  readonly login?: Login
  /** Opens a stream to it, where this machine does not reach it itself. */
  readonly tunnel?: Tunnel | undefined
}

/** One that listens at a socket file, behind whose folder's mode it needs neither TLS nor a password. */
export interface RegistrySocket {
  readonly socket: string
  /** Ends what is under way. */
  readonly signal: AbortSignal
  /** Default 30. */
  readonly silenceSeconds?: number
}

/** The registry answered, and not as it should. */
export class RegistryError extends Error {
  readonly status: number

  constructor(what: string, status: number, body: string) {
    super(`${what}: the registry answered ${status}${body ? `: ${body.slice(0, 500).trim()}` : ''}`)
    this.status = status
  }
}

interface Ask {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: { readonly content: Buffer } | Blob
}

interface Answer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

/** Without a byte in either direction for this long a request is given up. */
const silenceSeconds = 30
const manifestTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]

/** Speaks the OCI distribution API with one registry: over TLS that is always verified, or at a socket file. */
export class RegistryClient {
  /** Requests that run side by side count as one: they take the time of one. */
  roundTrips = 0
  #inFlight = 0
  readonly #place: RegistryEndpoint | RegistrySocket
  /** Rejects where this run may not act, or where it cannot be told whether it may. */
  readonly #mayWrite: () => Promise<void>
  readonly #agent: http.Agent
  readonly #authorization: Authorization | undefined

  constructor(place: RegistryEndpoint | RegistrySocket, mayWrite: () => Promise<void> = async () => undefined) {
    this.#place = place
    this.#mayWrite = mayWrite
    const shared = { keepAlive: true, maxSockets: 4 }
    this.#agent =
      'socket' in place
        ? new http.Agent(shared)
        : new TunnelAgent({ ...shared, ...(place.ca && { ca: place.ca }), servername: serverName(place) }, place.tunnel)
    this.#authorization = 'login' in place && place.login ? new Authorization(place.login, place.ca) : undefined
  }

  /** Whether it serves by now. */
  answers(): Promise<boolean> {
    return this.#ask({ method: 'GET', path: '/v2/' }).then(
      ({ status }) => status === 200,
      () => false,
    )
  }

  /** Digest of the image with that tag; undefined where the registry says that there is none. */
  async digestOf(repository: string, tag: string): Promise<string | undefined> {
    const path = `/v2/${repository}/manifests/${tag}`
    const answer = await this.#ask({ method: 'HEAD', path, headers: { accept: manifestTypes.join(', ') } })
    if (answer.status === 404) return undefined
    const digest = this.#expect(200, `look for ${repository}:${tag}`, answer).headers['docker-content-digest']
    if (typeof digest !== 'string') throw new RegistryError(`look for ${repository}:${tag}`, 200, 'and no digest')
    return digest
  }

  /** Uploads what the registry does not have yet, the manifest last: a tag never names an image that is not whole. */
  async push(repository: string, tag: string, { manifest, blobs }: Image): Promise<void> {
    for (const blob of blobs) await this.#pushBlob(repository, blob)
    const answer = await this.#ask({
      method: 'PUT',
      path: `/v2/${repository}/manifests/${tag}`,
      headers: { 'content-type': manifest.mediaType },
      body: { content: manifest.content },
    })
    this.#expect(201, `push ${repository}:${tag}`, answer)
  }

  close(): void {
    this.#agent.destroy()
  }

  async #pushBlob(repository: string, blob: Blob): Promise<void> {
    const what = `push ${blob.digest} of ${repository}`
    const there = await this.#ask({ method: 'HEAD', path: `/v2/${repository}/blobs/${blob.digest}` })
    if (there.status === 200) return
    this.#expect(404, what, there)
    const begun = this.#expect(202, what, await this.#ask({ method: 'POST', path: `/v2/${repository}/blobs/uploads/` }))
    // Only the path is taken from the answer: a registry cannot send our password elsewhere.
    const upload = new URL(begun.headers.location ?? '', 'https://registry')
    upload.searchParams.set('digest', blob.digest)
    const headers = { 'content-type': 'application/octet-stream' }
    const path = `${upload.pathname}${upload.search}`
    this.#expect(201, what, await this.#ask({ method: 'PUT', path, headers, body: blob }))
  }

  #expect(status: number, what: string, answer: Answer): Answer {
    if (answer.status !== status) throw new RegistryError(what, answer.status, answer.body)
    return answer
  }

  async #ask(ask: Ask): Promise<Answer> {
    if (ask.method !== 'HEAD' && ask.method !== 'GET') await this.#mayWrite()
    if (this.#inFlight++ === 0) this.roundTrips++
    return this.#sendAs(ask).finally(() => this.#inFlight--)
  }

  /** What the registry asks for is learnt from its first answer, which is to a request without content. */
  async #sendAs(ask: Ask): Promise<Answer> {
    const authorized = async (): Promise<Ask> => {
      const authorization = await this.#authorization?.header(ask.path)
      return authorization === undefined ? ask : { ...ask, headers: { ...ask.headers, authorization } }
    }
    const answer = await this.#send(await authorized())
    if (answer.status !== 401 || !this.#authorization?.learn(answer.headers['www-authenticate'])) return answer
    return this.#send(await authorized())
  }

  #send({ method, path, headers, body }: Ask): Promise<Answer> {
    const content = body && 'content' in body ? body.content : Buffer.alloc(0)
    const length = body && 'file' in body ? body.bytes : content.length
    return new Promise((resolve, reject) => {
      const call = this.#request({ method, path, headers: { ...headers, 'content-length': length } }, answer => {
        const parts: Buffer[] = []
        answer.on('data', (part: Buffer) => parts.push(part))
        answer.on('error', reject)
        answer.on('end', () => {
          const text = Buffer.concat(parts).toString()
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text })
        })
      })
      call.on('timeout', () => call.destroy(new Error(`the registry was silent for ${this.#silenceSeconds} s`)))
      call.on('error', reject)
      if (body && 'file' in body) sendFile(body.file, call).catch(reject)
      else call.end(content)
    })
  }

  get #silenceSeconds(): number {
    return 'socket' in this.#place ? (this.#place.silenceSeconds ?? silenceSeconds) : silenceSeconds
  }

  #request(
    { headers, ...ask }: { readonly method: string; readonly path: string; readonly headers: http.OutgoingHttpHeaders },
    listener: (answer: http.IncomingMessage) => void,
  ): http.ClientRequest {
    const options = { ...ask, agent: this.#agent, timeout: this.#silenceSeconds * 1000 }
    if ('socket' in this.#place) {
      const { socket: socketPath, signal } = this.#place
      return http.request({ ...options, socketPath, signal, headers: { ...headers, host: 'registry' } }, listener)
    }
    const { address: host, port } = this.#place
    return https.request({ ...options, host, port, servername: serverName(this.#place), headers }, listener)
  }
}

/** An address is verified too, but is no name to be sent in a greeting. */
const serverName = ({ name }: RegistryEndpoint): string => (isIP(name) ? '' : name)
