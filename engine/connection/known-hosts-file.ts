import { mkdir, open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type KnownHosts, keysOf, knownHostLine, parseKnownHosts } from './known-hosts.ts'

/** A file that is not there knows nobody. */
export async function readKnownHosts(file: string): Promise<KnownHosts> {
  return parseKnownHosts(await readOrEmpty(file))
}

/**
 * Adds a host's public key, in wire form. One append of one whole line: other processes may add to the same file at the
 * same time. The file is 0600 from creation.
 */
export async function addKnownHost(file: string, name: string, key: Buffer): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await inTurn(file, async () => {
    const text = await readOrEmpty(file)
    if (keysOf(parseKnownHosts(text), name).trusted.some(known => known.key.equals(key))) return
    const handle = await open(file, 'a', 0o600)
    try {
      // A last line without its end would swallow ours; one empty line too many is harmless.
      await handle.appendFile(`${text === '' || text.endsWith('\n') ? '' : '\n'}${knownHostLine(name, key)}`)
      await handle.sync()
    } finally {
      await handle.close()
    }
  })
}

async function readOrEmpty(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

const turns = new Map<string, Promise<unknown>>()

/** Hosts connect side by side; changes of one file take turns within this process. */
function inTurn(file: string, work: () => Promise<void>): Promise<void> {
  const mine = (turns.get(file) ?? Promise.resolve()).then(work, work)
  turns.set(
    file,
    mine.catch(() => undefined),
  )
  return mine
}
