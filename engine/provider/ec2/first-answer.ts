import { AndamioError } from '../../errors.ts'
import type { HostWish } from './host-wish.ts'
import type { Ec2Lab } from './lab.ts'

const limitSeconds = 300
const sshPort = 22

/**
 * Waits for the first answer of a host's SSH server. One that is reached through others only is waited for where they
 * are: by the connection. Throws `ec2-host-silent` with the end of its console.
 */
export async function firstAnswer(lab: Ec2Lab, { name, publicAddress }: HostWish, id: string): Promise<void> {
  if (!publicAddress) return
  const seen = (await lab.account.instances.now()).find(instance => instance.id === id)
  const address = seen?.publicAddress ?? seen?.address
  if (address === undefined) return
  lab.emit({ type: 'wait', host: name, what: 'the first answer of its SSH server', limitSeconds, seconds: 0 })
  const wait = { address, port: sshPort, limitSeconds, stillHope: async () => undefined, signal: lab.signal }
  if (await lab.answers(wait)) return
  throw new AndamioError({
    code: 'ec2-host-silent',
    message: `Instance ${id} of ${name} runs, and its SSH server does not answer`,
    place: `${address}:${sshPort}`,
    cause: `no answer within ${limitSeconds} s; allowed in is ${(await lab.networks()).operators}`,
    stderr: await consoleOf(lab, id),
    next: 'See that this machine comes from the network that is allowed in (`operators` under `ec2`), and that the subnet has a way to the internet; then run the same command again.',
  })
}

/** The last lines of what the host said at boot; empty where AWS has none yet. */
async function consoleOf({ account }: Ec2Lab, InstanceId: string): Promise<readonly string[]> {
  const { Output = '' } = await account.call('getConsoleOutput', api => api.getConsoleOutput({ InstanceId }))
  return Buffer.from(Output, 'base64').toString('utf8').trim().split('\n').slice(-12)
}
