import { type Eventual, known, Late } from '../resource/late.ts'
import type { Absent, Present, Resource } from '../resource/resource.ts'
import { present } from '../resource/resource.ts'
import { sh } from '../shell/sh.ts'
import { compare, removal } from './changes.ts'
import { sha256 } from './content.ts'
import { partChanges, rootFile, withFile } from './file-part.ts'
import { partText } from './file-text.ts'
import { checkName, checkPath } from './names.ts'
import { fileOccupied } from './occupied.ts'
import { type PathState, pathScript, readPath } from './path-state.ts'
import { heading, section } from './sections.ts'

/** What becomes of clients that are not wished for (any more). */
export type OtherClients =
  /** They lose the directory at once. */
  | 'removed'
  /** They are still at work. */
  | 'kept'
  /** An earlier list of this run has kept them, and now they lose it. */
  | 'kept until now'

export interface NfsExportOptions {
  readonly path: string
  /** Addresses or networks; nobody else may mount it. */
  readonly to: Eventual<readonly string[]>
  /** As in exports(5): `rw`, `sync`, `all_squash` ... */
  readonly options: readonly string[]
  /** `removed` by default, and as long as it is not known. */
  readonly others?: Eventual<OtherClients>
}

export type ExportState = {
  /** What the kernel serves: the options of each client, sorted by client. */
  readonly exported: Readonly<Record<string, readonly string[]>>
  readonly file: PathState | null
}

type Found = Present<ExportState> | Absent
const found = (is: Found): ExportState => (is.is === 'present' ? is.state : { exported: {}, file: null })

const checkExport = (path: string) => checkName('export path', checkPath(path), /^[A-Za-z0-9_.:/@+-]+$/)
const exportsFile = (path: string): string => `/etc/exports.d/${path.slice(1).replaceAll('/', '-')}.exports`

/**
 * One directory served over NFS: a file of its own in /etc/exports.d, and `exportfs -ra`, which disturbs no client that
 * stays; one that is taken off the list is refused from then on, whatever it has mounted.
 */
export function nfsExport({ path, to, options, others = 'removed' }: NfsExportOptions): Resource<ExportState> {
  checkExport(path)
  for (const option of options) checkName('export option', option, /^[a-z0-9_]+(=[A-Za-z0-9_:./@-]+)?$/)
  // A space before the parenthesis would export to the world, so clients are held to what can hold none.
  const line = (clients: readonly string[]): string =>
    `${[path, ...clients.map(client => `${checkName('NFS client', client, /^[A-Za-z0-9.:/_-]+$/)}(${options.join(',')})`)].join(' ')}\n`
  const text = (clients: readonly string[]): string => (clients.length > 0 ? line(clients) : '# no clients\n')
  const fileFor = (clients: Eventual<readonly string[]>) =>
    rootFile(exportsFile(path), clients instanceof Late ? clients.map(text) : text(clients))
  const file = fileFor(to)
  /** All that are served once the earlier list, or this one, has been applied. */
  const withOthers = (clients: readonly string[], exported: ExportState['exported']) => [
    ...clients,
    ...sorted(Object.keys(exported).filter(client => !clients.includes(client))),
  ]
  const wished = (is: Found): Eventual<readonly string[]> => {
    if (known(others) !== 'kept') return to
    const all = (clients: readonly string[]) => withOthers(clients, found(is).exported)
    return to instanceof Late ? to.map(all) : all(to)
  }
  return {
    kind: 'nfs-export',
    id: path,
    probe: exportProbe(path, file.path),
    diff: is => {
      const { exported, file } = found(is)
      const clients = known(wished(is))
      if (known(others) === 'kept until now') {
        // Who of them leaves is foreseen as that list leaves it; where addresses are not known yet, nobody is.
        if (clients === undefined) return []
        const kept = withOthers(clients, exported)
        if (kept.length === clients.length) return []
        const listOf = (some: readonly string[]) => ({ clients: sorted(some), file: sha256(text(some)) })
        return compare(listOf(clients), listOf(kept))
      }
      const wish =
        clients === undefined && to instanceof Late
          ? new Late<readonly string[]>(to.what, () => undefined)
          : sorted(clients ?? [])
      const changes = compare({ clients: wish }, { clients: sorted(Object.keys(exported)) })
      // Options are told of clients that stay: those of a new one come with it.
      const served = (clients ?? []).filter(client => exported[client])
      const wanting = served.find(client => !options.every(option => exported[client]?.includes(option)))
      const left =
        wanting === undefined ? [] : [{ attribute: 'options', before: exported[wanting] ?? null, after: options }]
      return [...changes, ...left, ...partChanges('file', fileFor(wished(is)), file)]
    },
    refuse: fileOccupied(file),
    texts: is => [partText('file', fileFor(wished(is)), found(is).file)],
    apply: async (on, is) => {
      await on.run('(umask 022; mkdir -p /etc/exports.d)', { what: 'make /etc/exports.d' })
      await on.run('exportfs -ra', { what: `export ${path}`, ...withFile(fileFor(wished(is)), found(is).file) })
    },
  }
}

/** Not served any more; the directory stays. */
export function nfsExportAbsent(path: string): Resource<ExportState> {
  const file = exportsFile(checkExport(path))
  return {
    kind: 'nfs-export',
    id: path,
    probe: exportProbe(path, file),
    diff: is => (is.is === 'present' && (is.state.file || Object.keys(is.state.exported).length > 0) ? removal() : []),
    apply: async on => {
      const script = sh`rm -f -- ${file}; if command -v exportfs >/dev/null; then exportfs -ra; fi`
      await on.run(script, { what: `stop exporting ${path}` })
    },
  }
}

const sorted = (names: readonly string[]): readonly string[] => [...names].sort()

/** /var/lib/nfs/etab is what exportd answers from: `PATH<tab>CLIENT(OPTION,...)`. Without an NFS server there is none. */
const exportProbe = (path: string, file: string) => ({
  of: 'host' as const,
  merge: 'nfs-export',
  keys: [file],
  script: (paths: readonly string[]) =>
    [
      heading('etab'),
      'if [ -e /var/lib/nfs/etab ]; then cat /var/lib/nfs/etab || exit; fi',
      heading('files'),
      pathScript(paths),
    ].join('\n'),
  parse: (output: string) => {
    const lines = section(output, 'etab').split('\n')
    const clients = lines.flatMap(line => {
      const [, exported, client, options] = line.match(/^(\S+)\t([^()\s]+)\(([^)]*)\)$/) ?? []
      return exported === path && client && options !== undefined ? [[client, options.split(',')] as const] : []
    })
    return present({ exported: Object.fromEntries(clients), file: readPath(section(output, 'files'), file) })
  },
})
