import { readFile } from 'node:fs/promises'
import type { BaseAgent, ParsedKey, utils } from 'ssh2'

/** An agent of whose keys only those are shown that belong to one of these files: `FILE.pub`, or FILE itself. */
export async function agentOf(socket: string, files: readonly string[]): Promise<BaseAgent<ParsedKey>> {
  const { OpenSSHAgent, utils } = (await import('ssh2')).default
  const wanted = (await Promise.all(files.map(file => publicKeyOf(file, utils.parseKey)))).filter(
    key => key !== undefined,
  )
  const agent: BaseAgent<ParsedKey> = new OpenSSHAgent(socket)
  const all = agent.getIdentities.bind(agent)
  agent.getIdentities = answer =>
    all((error, keys) => {
      const mine = keys?.filter(key => 'getPublicSSH' in key && wanted.some(one => one.equals(key.getPublicSSH())))
      answer(error, mine)
    })
  return agent
}

async function publicKeyOf(file: string, parseKey: typeof utils.parseKey): Promise<Buffer | undefined> {
  for (const path of [`${file}.pub`, file]) {
    const content = await readFile(path).catch(() => undefined)
    const key = content && parseKey(content)
    if (key && 'getPublicSSH' in key) return key.getPublicSSH()
  }
  return undefined
}
