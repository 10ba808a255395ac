import { isIPv4 } from 'node:net'
import { keyType } from '../../connection/known-hosts.ts'
import { oddAnswer } from '../tool/call-tool.ts'
import { vagrant } from './tool.ts'

/** What a machine says of itself. */
export interface GuestFacts {
  /** Its sshd's public keys, `ssh-ed25519 AAAA...`. */
  readonly hostKeys: readonly string[]
  /** Its addresses, with the card that has each. `real`: not one that what runs within has made, such as a bridge. */
  readonly addresses: readonly { readonly card: string; readonly address: string; readonly real: boolean }[]
  /** The card that its way into the world begins at. */
  readonly defaultCard: string | undefined
}

/** Read only, by programs that every box has. Public keys are for everyone to read. */
export const guestScript = 'cat /etc/ssh/ssh_host_*_key.pub; ip -4 -o addr show scope global; ip -4 route show default'

/** Throws `tool-answer-odd` where no key is in it. */
export function readGuest(machine: string, text: string): GuestFacts {
  const lines = text.split('\n').map(line => line.trim())
  const hostKeys = lines.flatMap(line => {
    const [type = '', key = ''] = line.split(' ')
    return keyType(Buffer.from(key, 'base64')) === type ? [`${type} ${key}`] : []
  })
  if (hostKeys.length === 0) throw oddAnswer(vagrant, ['ssh'], `${machine} shows no host key`, text)
  const addresses = lines.flatMap(line => {
    const [, card = '', address = ''] = /^\d+: ([^\s@]+)\S*\s+inet ([\d.]+)/.exec(line) ?? []
    return isIPv4(address) ? [{ card, address, real: lines.includes(`/sys/class/net/${card}/device`) }] : []
  })
  const defaultCard = lines.flatMap(line => /^default .*\bdev (\S+)/.exec(line)?.[1] ?? [])[0]
  return { hostKeys, addresses, defaultCard }
}
