import { whyNotName } from '../protocol/names.ts'
import { commands } from './commands/index.ts'
import type { Link } from './link.ts'
import { namesIn, pathFrom, statLocal } from './local-files.ts'
import { listRemote } from './remote-files.ts'
import { visible } from './shown.ts'
import { quoted, split } from './words.ts'

/** What readline takes: what the last word may become, and that word as it is typed. */
export type Completions = [whole: string[], typed: string]

export interface Names {
  /** Those that begin with `start`; a folder's ends with a slash. */
  local(start: string): readonly string[]
  remote(): Promise<readonly string[]>
}

/** A person who waits for a completion waits no longer. */
const patience = 2_000
/** So long a list of the server's files is taken for new. */
const fresh = 3_000

/** Commands first, then the names that the command takes, quoted as they have to be. */
export async function complete(line: string, names: Names): Promise<Completions> {
  const { words, open } = split(line)
  const before = open === undefined || open.quote !== '' ? words : words.slice(0, -1)
  const { quote = '', raw = '', text = '' } = open ?? {}
  const typedAs = quote !== '' && raw.startsWith(quote) ? quote : ''
  // Where a word is quoted in its midst there is no telling how its end would be.
  if ((typedAs === '' && raw !== quoted(text)) || (typedAs !== '' && raw.slice(1) !== quoted(text, typedAs)))
    return [[], raw]
  const found = await candidates(before[0]?.text, text, names)
  const whole = found.map(name => typedAs + quoted(name, typedAs) + (name.endsWith('/') ? '' : `${typedAs} `))
  return [whole, raw]
}

async function candidates(command: string | undefined, start: string, names: Names): Promise<readonly string[]> {
  const known = commands.map(({ name }) => name)
  const completes = command === undefined ? 'commands' : commands.find(({ name }) => name === command)?.completes
  if (completes === 'local') return names.local(start)
  const all = completes === 'commands' ? known : completes === 'remote' ? await names.remote() : []
  return all.filter(name => name.startsWith(start))
}

/** Names here that begin with `start`. Hidden ones only when it says so; none that could do anything to a terminal. */
export function localNames(folder: string, start: string): readonly string[] {
  const path = start.slice(0, start.lastIndexOf('/') + 1)
  const begin = start.slice(path.length)
  return namesIn(pathFrom(folder, path || '.'))
    .filter(name => name.startsWith(begin) && (begin !== '' || !name.startsWith('.')) && visible(name) === name)
    .map(name => path + name + (statLocal(folder, path + name)?.isDirectory() ? '/' : ''))
}

/** Asks the server, not more often than people type. Nothing while it does not answer. */
export function remoteNames(link: Link): () => Promise<readonly string[]> {
  let known: { readonly at: number; readonly names: readonly string[] } | undefined
  return async () => {
    if (known !== undefined && performance.now() - known.at < fresh) return known.names
    const signal = AbortSignal.timeout(patience)
    try {
      const files = await listRemote(await link.session(signal), signal)
      known = {
        at: performance.now(),
        names: files.map(({ name }) => name).filter(name => whyNotName(name) === undefined),
      }
      return known.names
    } catch {
      return [] // the next command will say why
    }
  }
}
