import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import ssh2 from 'ssh2'

/** What a command that got this on stdin ends with. */
export interface Said {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

export interface SshServerOptions {
  /** Private key in OpenSSH's format. */
  readonly hostKey: string
  /** The one public key that may log in, as a line of authorized_keys; its signature is checked. */
  readonly userKey: string
  answer(command: string, stdin: string): Said | Promise<Said>
}

/** Listens on a free port of loopback, as one host; gives the port and what ends it. */
export async function startSshServer({ hostKey, userKey, answer }: SshServerOptions) {
  const key = ssh2.utils.parseKey(userKey)
  if (key instanceof Error) throw key
  const server = new ssh2.Server({ hostKeys: [hostKey] }, client => {
    client.on('error', () => undefined)
    client.on('authentication', context => {
      if (context.method !== 'publickey' || !context.key.data.equals(key.getPublicSSH()))
        return context.reject(['publickey'])
      // Without a signature it only asks whether the key would do.
      if (!context.signature || !context.blob) return context.accept()
      return key.verify(context.blob, context.signature, context.hashAlgo) === true
        ? context.accept()
        : context.reject()
    })
    client.on('session', accept => {
      accept().on('exec', (acceptExec, _reject, { command }) => void perform(acceptExec(), command))
    })
  })
  const perform = async (channel: ssh2.ServerChannel, command: string): Promise<void> => {
    channel.on('error', () => undefined)
    const { status, stdout, stderr } = await answer(command, await inputOf(channel))
    channel.stderr.write(stderr)
    channel.write(stdout)
    channel.exit(status)
    channel.end()
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, close: () => server.close() }
}

/** Read by hand: what iterates over a channel closes it at its end. */
function inputOf(channel: ssh2.ServerChannel): Promise<string> {
  return new Promise(resolve => {
    const pieces: Buffer[] = []
    channel.on('data', (piece: Buffer) => pieces.push(piece))
    channel.on('end', () => resolve(Buffer.concat(pieces).toString()))
  })
}
