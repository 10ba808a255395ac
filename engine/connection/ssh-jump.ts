/** A host on the way, as a person names it: whatever is left out is said elsewhere. */
export interface JumpHost {
  readonly user?: string
  readonly address: string
  readonly port?: number
}

/** `user@bastion:22`, `[2001:db8::1]:22` or `ssh://user@bastion:22`; undefined where it is none of these. */
export function readJump(text: string): JumpHost | undefined {
  const plain = text.replace(/^ssh:\/\//i, '').replace(/\/$/, '')
  const [, user, bracketed, name, port] =
    plain.match(/^(?:([^@\s]+)@)?(?:\[([^\]\s]+)\]|([^:@\s[\]]+))(?::(\d{1,5}))?$/) ?? []
  const address = bracketed ?? name
  if (address === undefined || address.startsWith('-') || Number(port ?? 1) > 65535 || port === '0') return undefined
  return { address, ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port: Number(port) }) }
}

/**
 * The jump host that a command does no more than go through, as people wrote before ssh had ProxyJump:
 * `ssh -q -W %h:%p user@gateway`. Undefined where the command does anything else.
 */
export function jumpOfCommand(command: string): string | undefined {
  const words = command
    .trim()
    .replace(/^exec\s+/, '')
    .split(/\s+/)
  if (!/^(\/usr\/bin\/)?ssh$/.test(words.shift() ?? '')) return undefined
  let [port, host, through]: [string, string | undefined, boolean] = ['', undefined, false]
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (/^-W(\[?%h\]?:%p)?$/.test(word)) through = word !== '-W' || /^\[?%h\]?:%p$/.test(words.shift() ?? '')
    else if (word === '-p') port = `:${words.shift()}`
    else if (/^-p\d+$/.test(word)) port = `:${word.slice(2)}`
    else if (word.startsWith('-') ? !/^-[qT4]+$/.test(word) : host !== undefined) return undefined
    else if (!word.startsWith('-')) host = word
  }
  const found = host === undefined || !through ? undefined : `${host}${port}`
  return found !== undefined && readJump(found) ? found : undefined
}
