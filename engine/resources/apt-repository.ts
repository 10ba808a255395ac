import { readFileSync } from 'node:fs'
import { type Eventual, known, Late } from '../resource/late.ts'
import type { HostProbe } from '../resource/probe.ts'
import { present, type Resource } from '../resource/resource.ts'
import { sh } from '../shell/sh.ts'
import { aptUpdate } from './apt-get.ts'
import { checkedKey, keyringFile, listName, pinFile, renderSource, sourcesFile } from './apt-source.ts'
import { compare, removal } from './changes.ts'
import { partChanges, putFile, rootFile } from './file-part.ts'
import { partText } from './file-text.ts'
import { checkName } from './names.ts'
import { occupied } from './occupied.ts'
import { type PathState, pathScript, readPath } from './path-state.ts'
import { heading, section } from './sections.ts'

export interface AptRepositoryOptions {
  /** Names its files: `kubernetes`. */
  readonly name: string
  readonly uri: Eventual<string>
  /** `bookworm`, or a path that ends in `/` for a flat repository. */
  readonly suite: Eventual<string>
  readonly components?: readonly string[]
  /** ASCII-armoured, here or in a file of ours. The fingerprint is pinned: 40 or 64 hex digits, several with commas. */
  readonly key: {
    readonly fingerprint: Eventual<string>
  } & ({ readonly content: Eventual<string> } | { readonly file: URL | string })
  /** Packages and the priority that this repository has for them, e.g. `{ packages: ['containerd.io'], priority: 600 }`. */
  readonly pin?: { readonly packages: readonly string[]; readonly priority: number; readonly origin: string }
}

export type RepositoryState = {
  readonly source: PathState | null
  readonly key: PathState | null
  readonly pin: PathState | null
  /** Names of the releases whose lists were fetched, as files under /var/lib/apt/lists. */
  readonly lists: readonly string[]
}

/**
 * An apt repository that is trusted by one pinned key, with its lists fetched. They are dropped before anything of it
 * changes: a run killed on the way leaves a repository without lists, which the next run sees and mends.
 */
export function aptRepository(options: AptRepositoryOptions): Resource<RepositoryState> {
  const name = checkRepository(options.name)
  const { uri, suite, components = [], pin } = options
  const source = together(`source of ${name}`, [uri, suite], ([uri = '', suite = '']) => ({
    name,
    uri,
    suite,
    components,
  }))
  const parts = {
    key: rootFile(keyringFile(name), keyOf(options)),
    source: rootFile(sourcesFile(name), made(source, renderSource)),
    ...(pin && { pin: rootFile(pinFile(name), renderPin(pin)) }),
  }
  const list = made(source, listName)
  const files = (state: RepositoryState | undefined) =>
    Object.entries(parts).map(([part, file]) => {
      const found = state?.[part as keyof typeof parts] ?? null
      return { file, found, changes: partChanges(part, file, found), text: partText(part, file, found) }
    })
  return {
    kind: 'apt-repository',
    id: name,
    probe: repositoryProbe(name),
    diff: is => {
      const state = is.is === 'present' ? is.state : undefined
      const wish = { lists: list }
      const fetched = state?.lists.find(found => found === known(list))
      return [...files(state).flatMap(({ changes }) => changes), ...compare(wish, { lists: fetched ?? null })]
    },
    refuse: is => {
      const all = files(is.is === 'present' ? is.state : undefined)
      return all.map(({ file, found }) => occupied(file.path, 'file', found)).find(Boolean)
    },
    texts: is => files(is.is === 'present' ? is.state : undefined).map(({ text }) => text),
    apply: async (on, is) => {
      const changed = files(is.is === 'present' ? is.state : undefined).filter(({ changes }) => changes.length > 0)
      const fetched = list instanceof Late ? list.now() : list
      const prepare = `(umask 022; mkdir -p /etc/apt/keyrings)\n${dropLists(fetched)}`
      await on.run(prepare, { what: `drop the lists of ${name}` })
      for (const { file } of changed) await putFile(on, file)
      await aptUpdate(on, sourcesFile(name))
    },
  }
}

const checkRepository = (name: string) => checkName('repository name', name, /^[a-z0-9][a-z0-9-]*$/)

/** The key, judged by its pinned fingerprint before it is used for anything. */
function keyOf({ name, key }: AptRepositoryOptions): Eventual<string> {
  const content = 'content' in key ? key.content : readFileSync(key.file, 'utf8')
  return together(`key of ${name}`, [content, key.fingerprint], ([keyring = '', pinned = '']) =>
    checkedKey(name, keyring, pinned),
  )
}

/** Made at once where every part is known, so that what is wrong is said before anything runs. */
function together<T>(
  what: string,
  parts: readonly Eventual<string>[],
  make: (known: readonly string[]) => T,
): Eventual<T> {
  if (!parts.some(part => part instanceof Late)) return make(parts as readonly string[])
  return Late.all(
    what,
    parts.map(part => (part instanceof Late ? part : new Late(what, () => part))),
  ).map(make)
}

const made = <T, U>(eventual: Eventual<T>, make: (value: T) => U): Eventual<U> =>
  eventual instanceof Late ? eventual.map(make) : make(eventual)

function renderPin({ packages, priority, origin }: NonNullable<AptRepositoryOptions['pin']>): string {
  for (const one of packages) checkName('package name or pattern', one, /^[a-z0-9*?+.-]+$/)
  checkName('origin', origin, /^[A-Za-z0-9.:-]+$/)
  return `Package: ${packages.join(' ')}\nPin: origin "${origin}"\nPin-Priority: ${priority}\n`
}

/** The shell expands the pattern, and a name holds nothing that is special in one but what apt has escaped. */
const dropLists = (list: string): string => sh`cd /var/lib/apt/lists && rm -f -- ${list}*`

export function aptRepositoryAbsent(name: string): Resource<RepositoryState> {
  const files = [sourcesFile(checkRepository(name)), pinFile(name), keyringFile(name)]
  return {
    kind: 'apt-repository',
    id: name,
    probe: repositoryProbe(name),
    diff: is => (is.is === 'present' && (is.state.source || is.state.key || is.state.pin) ? removal() : []),
    apply: async on => {
      const text = await on.run(sh`cat -- ${sourcesFile(name)} 2>/dev/null || :`, {
        what: `read apt repository ${name}`,
      })
      const { URIs: uri, Suites: suite } = Object.fromEntries(text.split('\n').map(line => line.split(': ')))
      // Its lists first: without the source nobody would know any more which they are.
      if (uri && suite) {
        await on.run(dropLists(listName({ name, uri, suite, components: [] })), { what: `drop the lists of ${name}` })
      }
      await on.run(sh`rm -f -- ${files}`, { what: `remove apt repository ${name}` })
    },
  }
}

const repositoryProbe = (name: string): HostProbe<RepositoryState> => ({
  of: 'host',
  merge: 'apt-repository',
  keys: [sourcesFile(name), keyringFile(name), pinFile(name)],
  script: paths =>
    [
      heading('files'),
      pathScript(paths),
      heading('lists'),
      sh`for list in /var/lib/apt/lists/*Release; do [ ! -e "$list" ] || echo "\${list##*/}"; done`,
    ].join('\n'),
  parse: output => {
    const files = section(output, 'files')
    const lists = section(output, 'lists').split('\n').filter(Boolean)
    return present({
      source: readPath(files, sourcesFile(name)),
      key: readPath(files, keyringFile(name)),
      pin: readPath(files, pinFile(name)),
      lists: [...new Set(lists.map(list => list.replace(/(In)?Release$/, '')))],
    })
  },
})
