import { connect as connectPlain, isIPv6, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { FileManagerError } from './errors.ts'
import { times, verifiedName } from './limits.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

/** A socket to `address`, by TLS 1.3 with a certificate of `authority` (PEM) for the fixed name, or in plain text. */
export function dial(address: Address, authority: string | undefined): Promise<Socket> {
  const socket =
    authority === undefined
      ? connectPlain(address)
      : connectTls({ ...address, ca: authority, servername: verifiedName, minVersion: 'TLSv1.3' })
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => socket.destroy(new Error(`no answer in ${times.connect / 1000} s`)), times.connect)
    const failed = (error: NodeJS.ErrnoException): void => {
      clearTimeout(limit)
      reject(whyNot(address, error))
    }
    socket.once('error', failed)
    socket.once(authority === undefined ? 'connect' : 'secureConnect', () => {
      clearTimeout(limit)
      socket.off('error', failed)
      resolve(socket)
    })
  })
}

function whyNot({ host, port }: Address, error: NodeJS.ErrnoException): FileManagerError {
  const trust = /CERT|SELF_SIGNED|ALTNAME|ISSUER|UNABLE_TO_VERIFY/.test(error.code ?? '')
  const what = trust ? 'is not trusted' : 'cannot be reached'
  return new FileManagerError(
    trust ? 'not-trusted' : 'unreachable',
    `${host} port ${port} ${what}: ${error.message || error.code}`,
    { cause: error },
  )
}

/** `HOST`, `HOST:PORT`, `[HOST]:PORT` or a bare IPv6 address; undefined for anything else. */
export function parseAddress(text: string, defaultPort: number): Address | undefined {
  if (isIPv6(text)) return { host: text, port: defaultPort }
  const match = /^(?:\[([^\]]+)\]|([A-Za-z0-9._-]{1,253}))(?::([0-9]{1,5}))?$/.exec(text)
  if (!match) return undefined
  const [, bracketed, name, digits] = match
  const port = digits === undefined ? defaultPort : Number(digits)
  if (port < 1 || port > 65535) return undefined
  if (bracketed !== undefined) return isIPv6(bracketed) ? { host: bracketed, port } : undefined
  return name === undefined ? undefined : { host: name, port }
}
