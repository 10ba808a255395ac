// Serves one folder over HTTP, for reading only.   node static-server.mjs FOLDER ADDRESS PORT
// Plain JavaScript, so that it starts at once and alone on every Node, and lives on whatever becomes of the checkout's
// loader. What it serves are apt repositories: their signatures, not TLS, are what a host trusts.
import { createReadStream } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'

const [folder = '', address, port] = process.argv.slice(2)
const root = await realpath(folder)

/**
 * The file that a request names, or undefined; nothing outside the folder, by no spelling and through no link.
 * @param {string} url
 */
async function fileOf(url) {
  try {
    const path = decodeURIComponent(new URL(url, 'http://mirror').pathname)
    const file = await realpath(join(root, path))
    const found = await stat(file)
    return file.startsWith(root + sep) && found.isFile() ? { file, size: found.size } : undefined
  } catch {
    return undefined
  }
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
async function answer(request, response) {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return response.writeHead(405, { allow: 'GET, HEAD' }).end()
  const found = await fileOf(request.url ?? '')
  if (!found) return response.writeHead(404).end()
  // No 304, though apt asks: a mirror that is built as it was before is older than what a host has of it, and still new.
  // apt resumes what it has in part.
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
  if (from > 0 && from >= found.size) return response.writeHead(416, { 'content-range': `bytes */${found.size}` }).end()
  response.writeHead(from > 0 ? 206 : 200, {
    'content-type': 'application/octet-stream',
    'content-length': found.size - from,
    'accept-ranges': 'bytes',
    ...(from > 0 ? { 'content-range': `bytes ${from}-${found.size - 1}/${found.size}` } : {}),
  })
  if (request.method === 'HEAD') return response.end()
  await pipeline(createReadStream(found.file, { start: from }), response)
}

const server = createServer((request, response) => {
  // The reader went away in the middle: nothing is left to tell it.
  answer(request, response).catch(() => response.destroy())
})
server.requestTimeout = 30_000
server.listen(Number(port), address)
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0))
