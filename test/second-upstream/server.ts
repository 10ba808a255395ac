/**
 * Package servers under upstream's names, and the DNS that leads to them and to the registry; for the lab's namespace.
 *   node --import tsx server.ts FOLDER ADDRESS REGISTRY_ADDRESS BEYOND
 * FOLDER holds a folder for each package host, server.crt and server.key. Prints what is asked for, `HOST PATH` a line.
 */
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:https'
import { join, normalize } from 'node:path'
import { serveDns } from './dns.ts'
import { packageHosts, registryHosts } from './names.ts'

const [folder = '', address = '', registryAddress = '', beyond = ''] = process.argv.slice(2)
const [cert, key] = await Promise.all(['server.crt', 'server.key'].map(name => readFile(join(folder, name))))

const server = createServer({ cert, key }, async (request, answer) => {
  const { host = '' } = request.headers
  const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'https://here').pathname))
  process.stdout.write(`${host} ${path}\n`)
  // By its address, for those who do not ask the lab's DNS, a host's name comes first in the path.
  const file = packageHosts.includes(host) ? join(folder, host, path) : join(folder, path)
  const found = await stat(file).catch(() => undefined)
  if (!found?.isFile() || file.endsWith('.key') !== /Release\.key$/.test(file)) return answer.writeHead(404).end()
  answer.writeHead(200, { 'content-length': found.size })
  createReadStream(file).pipe(answer)
})
await serveDns(
  address,
  new Map([
    ...packageHosts.map(name => [name, address] as const),
    ...registryHosts.map(name => [name, registryAddress] as const),
  ]),
  beyond,
)
await new Promise<void>((done, fail) => {
  server.once('error', fail)
  server.listen(443, address, done)
})
process.stdout.write('ready\n')
