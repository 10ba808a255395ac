import { AndamioError } from '../../errors.ts'
import { knowHostBy, knownKeys } from './delivered-key.ts'
import { consoleOf } from './host-console.ts'
import type { HostWish } from './host-wish.ts'
import type { Ec2Lab } from './lab.ts'

/** AWS shows what a host has said some minutes after it has said it. */
const limitSeconds = 900
const [firstPause, longestPause] = [5, 20]

/** By which a host is known before anybody has logged in to it; it is there from the first boot on. */
export const isKnown = ({ layout, hostKeys }: Pick<Ec2Lab, 'layout' | 'hostKeys'>, host: string): boolean =>
  hostKeys === 'delivered' || knownKeys(host, layout.host(host)).length > 0

/**
 * Reads the key that a host has made itself from what it says at its first boot, which AWS passes on to whoever may look
 * at the instance. Nothing where it is known already. Throws `ec2-no-host-key`.
 */
export async function knowByConsole(lab: Ec2Lab, { name }: HostWish, id: string): Promise<void> {
  if (isKnown(lab, name)) return
  const { clock } = lab.account
  const deadline = clock.now() + limitSeconds * 1000
  for (let pause = firstPause; ; pause = Math.min(pause * 1.5, longestPause)) {
    const said = await consoleOf(lab.account, id)
    const key = keyIn(said)
    if (key !== undefined) return knowHostBy(name, lab.layout.host(name), [key])
    if (clock.now() > deadline) throw noKey(lab, name, id, said)
    const wait = { type: 'wait', host: name, limitSeconds, seconds: 0 } as const
    lab.emit({ ...wait, what: 'AWS to show its console, on which its host key is' })
    await clock.sleep(pause * 1000, lab.signal)
  }
}

/** Of the first keys that are printed as cloud-init does it: at that time nobody else is there to print any. */
export function keyIn(console: string): string | undefined {
  const [, block = ''] =
    /-----BEGIN SSH HOST KEY KEYS-----([\s\S]*?)-----END SSH HOST KEY KEYS-----/.exec(console) ?? []
  const [key, blob = ''] = /ssh-ed25519 (AAAAC3NzaC1lZDI1NTE5AAAA[\w+/]{44}={0,2})(?![\w+/=])/.exec(block) ?? []
  // Its kind and 32 bytes: what other programs say in between makes it another length.
  return Buffer.from(blob, 'base64').length === 51 ? key : undefined
}

const noKey = (lab: Ec2Lab, host: string, id: string, said: string): AndamioError =>
  new AndamioError({
    code: 'ec2-no-host-key',
    message: `On the console of ${host} is no host key`,
    place: `EC2 in ${lab.account.region}, ${id}`,
    cause:
      said.trim() === ''
        ? `AWS has shown nothing of it for ${limitSeconds / 60} minutes`
        : 'cloud-init has not printed one',
    stderr: said.trim().split('\n').slice(-12),
    next: 'See that the image has cloud-init, and that it prints host keys (keys-to-console). Or leave out `hostKeys`: then each host is given one.',
  })
