import { mkdir, open, readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type KnownHosts, keysOf, knownHostLine, parseKnownHosts } from './known-hosts.ts'

interface Read {
  readonly state: string
  readonly known: KnownHosts
}

const read = new Map<string, Read>()
/** Times of files move in steps: what was written this lately may be written again and look the same. */
const lateMilliseconds = 100n

/** A file that is not there knows nobody. One that has not changed is not read again for every host that it names. */
export async function readKnownHosts(file: string): Promise<KnownHosts> {
  const found = await stat(file, { bigint: true }).catch(() => undefined)
  const settled = found !== undefined && BigInt(Date.now()) - found.ctimeMs > lateMilliseconds
  const state = settled ? [found.dev, found.ino, found.size, found.ctimeNs].join(' ') : undefined
  const before = read.get(file)
  if (before && before.state === state) return before.known
  const known = parseKnownHosts(await readOrEmpty(file))
  if (state === undefined) read.delete(file)
  else read.set(file, { state, known })
  return known
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
