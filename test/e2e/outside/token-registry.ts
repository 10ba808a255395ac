import { type ChildProcess, spawn } from 'node:child_process'
import { createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto'
import { openSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { stringify } from 'yaml'
import { openAuthority } from '../../../engine/pki/authority.ts'

const host = '127.0.0.1'
const names = { service: 'the registry', issuer: 'the giver of tokens' }

/** A real registry of somebody's, which takes tokens as Docker Hub does, and the server that gives them for a password. */
export interface TokenRegistry {
  /** As names of images have it. */
  readonly name: string
  /** Folder of what it holds, in docker-registry's layout. */
  readonly store: string
  readonly caFile: string
  /** `somebody: repository:somebody/probe:pull,push`, in order. */
  readonly given: readonly string[]
  stop(): void
}

export async function startTokenRegistry(
  program: string,
  folder: string,
  account: string,
  password: string,
): Promise<TokenRegistry> {
  const authority = await openAuthority(folder, 'outside')
  const pair = await authority.server('registry', [host])
  const own = (name: string): string => join(folder, 'pki', name)
  const given: string[] = []
  const tokens = createServer({ key: pair.key.reveal(), cert: pair.certificate }, (request, answer) => {
    const url = new URL(request.url ?? '', `https://${host}`)
    const scope = url.searchParams.get('scope') ?? ''
    if (request.headers.authorization !== `Basic ${btoa(`${account}:${password}`)}`) return answer.writeHead(401).end()
    given.push(`${account}: ${scope}`)
    const [type, name = '', actions = ''] = scope.split(':')
    const access = name.startsWith(`${account}/`) ? [{ type, name, actions: actions.split(',') }] : []
    return answer.end(
      JSON.stringify({ token: jwt(pair.certificate, pair.key.reveal(), account, access), expires_in: 300 }),
    )
  })
  const realm = `https://${host}:${await listening(tokens)}/token`
  const port = await freePort()
  const store = join(folder, 'store')
  await mkdir(store)
  const settings = {
    version: 0.1,
    log: { level: 'warn' },
    storage: { filesystem: { rootdirectory: store } },
    http: { addr: `${host}:${port}`, tls: { certificate: own('registry.crt'), key: own('registry.key') } },
    auth: { token: { realm, ...names, rootcertbundle: own('ca.crt') } },
  }
  await writeFile(join(folder, 'registry.yml'), stringify(settings))
  const log = openSync(join(folder, 'registry.log'), 'w')
  const child = spawn(program, ['serve', join(folder, 'registry.yml')], { stdio: ['ignore', log, log] })
  await answering(port, child)
  const stop = () => {
    child.kill()
    tokens.closeAllConnections()
    tokens.close()
  }
  return { name: `${host}:${port}`, store, caFile: own('ca.crt'), given, stop }
}

/** A JSON Web Token, signed by the key whose certificate goes along. */
function jwt(certificate: string, key: string, subject: string, access: readonly object[]): string {
  const now = Math.floor(Date.now() / 1000)
  const x5c = [new X509Certificate(certificate).raw.toString('base64')]
  const claims = {
    ...{ iss: names.issuer, sub: subject, aud: names.service, jti: randomUUID(), access },
    ...{ iat: now, nbf: now - 60, exp: now + 300 },
  }
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${part({ typ: 'JWT', alg: 'ES256', x5c })}.${part(claims)}`
  const signature = sign('sha256', Buffer.from(text), { key: createPrivateKey(key), dsaEncoding: 'ieee-p1363' })
  return `${text}.${signature.toString('base64url')}`
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>(done => server.listen(0, host, done))
  return (server.address() as AddressInfo).port
}

async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listening(server)
  await new Promise(done => server.close(done))
  return port
}

async function answering(port: number, child: ChildProcess): Promise<void> {
  const limit = Date.now() + 20_000
  while (Date.now() < limit && child.exitCode === null) {
    const open = await new Promise<boolean>(done => {
      const socket = connect(port, host, () => done(true)).once('error', () => done(false))
      socket.once('connect', () => socket.destroy())
    })
    if (open) return
    await pause(100)
  }
  throw new Error('the registry did not listen within 20 s')
}
