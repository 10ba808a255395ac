import { createReadStream } from 'node:fs'
import { type IncomingHttpHeaders, request } from 'node:http'
import type { Readable } from 'node:stream'
import { AndamioError } from '../../engine/errors.ts'
import { type Blob, blobOf, configOf, type Image, type Layer, manifestOf, mediaType, partsOf } from './image.ts'

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

const limitMilliseconds = 300_000

/** Pushes images through a registry's own API (OCI distribution specification), reached at a socket file. */
export class RegistryClient {
  readonly #socket: string
  readonly #signal: AbortSignal

  constructor(socket: string, signal: AbortSignal) {
    this.#socket = socket
    this.#signal = signal
  }

  /** Whether it answers by now. */
  async answers(): Promise<boolean> {
    return this.#ask('GET', '/v2/').then(
      answer => answer.status === 200,
      () => false,
    )
  }

  /** Blobs that it has already are not sent again. */
  async push(image: Image, layers: readonly Layer[]): Promise<void> {
    const { name, tag } = partsOf(image.reference)
    for (const layer of layers) await this.#pushBlob(name, layer, () => createReadStream(layer.file))
    const config = configOf(image, layers)
    await this.#pushBlob(name, blobOf(config), () => config)
    const manifest = manifestOf(config, layers)
    const headers = { 'content-type': mediaType.manifest, 'content-length': manifest.length }
    this.#expect(201, await this.#ask('PUT', `/v2/${name}/manifests/${tag}`, headers, manifest), image.reference)
  }

  async #pushBlob(name: string, blob: Blob, content: () => Buffer | Readable): Promise<void> {
    const has = await this.#ask('HEAD', `/v2/${name}/blobs/${blob.digest}`)
    if (has.status === 200) return
    const begun = this.#expect(202, await this.#ask('POST', `/v2/${name}/blobs/uploads/`), name)
    // A registry names its own place for the upload, with or without its address and with a state of its own.
    const place = new URL(begun.headers.location ?? '', 'http://registry')
    place.searchParams.set('digest', blob.digest)
    const headers = { 'content-type': 'application/octet-stream', 'content-length': blob.size }
    this.#expect(201, await this.#ask('PUT', `${place.pathname}${place.search}`, headers, content()), name)
  }

  #expect(status: number, answer: Answer, what: string): Answer {
    if (answer.status === status) return answer
    throw new AndamioError({
      code: 'registry-refused',
      message: `The mirror's registry refused ${what}: HTTP ${answer.status} instead of ${status}`,
      cause: answer.body.slice(0, 500),
      next: 'Is the disk full? The same command resumes.',
    })
  }

  #ask(method: string, path: string, headers: object = {}, body?: Buffer | Readable): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asked = request(
        {
          socketPath: this.#socket,
          method,
          path,
          headers: { host: 'registry', ...headers },
          timeout: limitMilliseconds,
          signal: this.#signal,
        },
        response => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('error', reject)
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              body: Buffer.concat(chunks).toString(),
            }),
          )
        },
      )
      asked.on('timeout', () => asked.destroy(new Error(`no answer to ${method} ${path}`)))
      asked.on('error', reject)
      if (body && !Buffer.isBuffer(body)) body.on('error', reject).pipe(asked)
      else asked.end(body)
    })
  }
}
