import { AndamioError } from '../../errors.ts'
import { endpointTo } from './find.ts'
import { consoleOf } from './host-console.ts'
import type { HostWish } from './host-wish.ts'
import type { Ec2Lab } from './lab.ts'

const limitSeconds = 300

/** Waits for the first answer of a host's SSH server. Throws `ec2-host-silent` with the end of its console. */
export async function firstAnswer(lab: Ec2Lab, { name }: HostWish, id: string): Promise<void> {
  const seen = (await lab.account.instances.now()).find(instance => instance.id === id)
  const endpoint = seen && endpointTo(lab, name, seen)
  if (endpoint === undefined) return
  lab.emit({ type: 'wait', host: name, what: 'the first answer of its SSH server', limitSeconds, seconds: 0 })
  if (await lab.answers(name, endpoint, limitSeconds, lab.signal)) return
  const { address, port, jump } = endpoint
  const way = jump.map(hop => `, through ${hop.address}`).join('')
  throw new AndamioError({
    code: 'ec2-host-silent',
    message: `Instance ${id} of ${name} runs, and its SSH server does not answer`,
    place: `${address}:${port}${way}`,
    cause: `no answer within ${limitSeconds} s; allowed in is ${(await lab.networks()).operators}`,
    stderr: (await consoleOf(lab.account, id)).trim().split('\n').slice(-12),
    next: 'See that this machine comes from the network that is allowed in (`operators` under `ec2`), and that the subnet has a way to the internet; then run the same command again.',
  })
}
