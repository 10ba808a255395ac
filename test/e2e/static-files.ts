import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join, normalize } from 'node:path'

/** Serves a folder by plain HTTP on one address, as a web server before a package repository does. */
export async function serveFolder(folder: string, address: string): Promise<{ url: string; close(): void }> {
  const server = createServer(async (request, answer) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://here').pathname))
    const file = join(folder, path)
    const found = await stat(file).catch(() => undefined)
    if (!found?.isFile()) return answer.writeHead(404).end()
    answer.writeHead(200, { 'content-length': found.size })
    createReadStream(file).pipe(answer)
  })
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(0, address, done)
  })
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('it listens on no port')
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { url: `http://${address}:${bound.port}`, close }
}
