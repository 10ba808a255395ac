import { oddAnswer } from '../tool/call-tool.ts'
import { vagrant } from './tool.ts'

/** How Vagrant itself logs in to a machine. */
export interface Login {
  /** 127.0.0.1 where it goes through a port that the hypervisor forwards. */
  readonly hostName: string
  readonly port: number
  readonly user: string
  readonly identityFiles: readonly string[]
  readonly proxyCommand?: string
}

/** `vagrant ssh-config NAME...`, by name: a block for each in OpenSSH's form. Throws `tool-answer-odd`. */
export function readSshConfig(text: string): ReadonlyMap<string, Login> {
  const logins = new Map<string, Login>()
  for (const block of blocksOf(text)) {
    const all = (key: string) => block.flatMap(([name, value]) => (name === key ? [value] : []))
    const one = (key: string) => all(key)[0]
    const [host, hostName, user, proxyCommand] = [one('host'), one('hostname'), one('user'), one('proxycommand')]
    const port = one('port') ?? '22'
    if (!host || !hostName || !user || !/^\d{1,5}$/.test(port)) {
      const shown = block.map(words => words.join(' ')).join('\n')
      throw oddAnswer(vagrant, ['ssh-config'], 'a block lacks its Host, HostName, User or Port', shown)
    }
    logins.set(host, {
      hostName,
      port: Number(port),
      user,
      identityFiles: all('identityfile'),
      ...(proxyCommand && proxyCommand !== 'none' ? { proxyCommand } : {}),
    })
  }
  if (logins.size === 0) throw oddAnswer(vagrant, ['ssh-config'], 'it names no host', text)
  return logins
}

type Word = readonly [key: string, value: string]

/** Each begins with its `Host`. What Vagrant or a plugin prints before the first is left out. */
function blocksOf(text: string): readonly (readonly Word[])[] {
  const blocks: Word[][] = []
  for (const line of text.split('\n')) {
    const [, key = '', written = ''] = /^\s*([A-Za-z]+)\s+(.+?)\s*$/.exec(line) ?? []
    const word: Word = [key.toLowerCase(), /^"(.*)"$/.exec(written)?.[1] ?? written]
    if (word[0] === 'host') blocks.push([word])
    else if (key !== '') blocks.at(-1)?.push(word)
  }
  return blocks
}
