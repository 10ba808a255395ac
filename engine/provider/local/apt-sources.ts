/** One Debian archive that this machine takes packages from. */
export interface DebianArchive {
  readonly uri: string
  /** As the machine has them: `bookworm`, `trixie-security`. */
  readonly suites: readonly string[]
}

/** What hosts use where the machine has no Debian archive of its own, as on Ubuntu. */
export const debianItself: readonly DebianArchive[] = [
  { uri: 'http://deb.debian.org/debian', suites: ['bookworm', 'bookworm-updates'] },
  { uri: 'http://deb.debian.org/debian-security', suites: ['bookworm-security'] },
]

/** The hosts' release: that of the base image. */
const release = 'bookworm'
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'
const debianSuite = /^(?:bullseye|bookworm|trixie|forky|oldstable|stable|testing)(-updates|-security)?$/

/**
 * The Debian archives in apt's source files, one-line (`*.list`) and deb822 (`*.sources`). Third parties' are left out:
 * hosts get those from roles.
 */
export function debianArchives(files: readonly { readonly name: string; readonly text: string }[]): DebianArchive[] {
  return files.flatMap(({ name, text }) => (name.endsWith('.sources') ? deb822(text) : oneLine(text))).flatMap(debian)
}

/** deb822 text that gives the hosts' own release from these archives, signed by Debian's keys as the image holds them. */
export function sourcesFor(archives: readonly DebianArchive[]): string {
  const stanzas = archives.map(({ uri, suites }) => {
    const ours = new Set(suites.map(suite => release + (debianSuite.exec(suite)?.[1] ?? '')))
    return `Types: deb\nURIs: ${uri}\nSuites: ${[...ours].join(' ')}\nComponents: main\nSigned-By: ${keyring}\n`
  })
  return [...new Set(stanzas)].join('\n')
}

interface Source {
  readonly types: readonly string[]
  readonly uris: readonly string[]
  readonly suites: readonly string[]
  readonly components: readonly string[]
  readonly signedBy: string
}

/**
 * Suite and component alone do not tell: others call theirs `bookworm main` too. What settles it is Debian's keyring, or
 * where none is named, as in older files, the path that Debian and its mirrors have.
 */
function debian({ types, uris, suites, components, signedBy }: Source): DebianArchive[] {
  const ours = suites.filter(suite => debianSuite.test(suite))
  if (!types.includes('deb') || ours.length === 0 || !components.includes('main')) return []
  const isDebian = (uri: string) =>
    signedBy === ''
      ? /\/debian(?:-security)?\/?$/.test(uri)
      : /(?:^|\/)debian-archive-[a-z-]+\.(?:gpg|asc|pgp)$/.test(signedBy)
  return uris.filter(uri => /^https?:/.test(uri) && isDebian(uri)).map(uri => ({ uri, suites: ours }))
}

function deb822(text: string): Source[] {
  const stanzas = text.replace(/^#.*\n/gm, '').split(/\n[ \t]*\n/)
  return stanzas.flatMap(stanza => {
    const fields = new Map<string, string>()
    for (const [, name = '', value = ''] of stanza.matchAll(/^([A-Za-z-]+):[ \t]*((?:.*)(?:\n[ \t].*)*)/gm))
      fields.set(name.toLowerCase(), value.trim())
    const words = (name: string) => (fields.get(name) ?? '').split(/\s+/).filter(Boolean)
    if (fields.get('enabled')?.toLowerCase() === 'no') return []
    return [
      {
        types: words('types'),
        uris: words('uris'),
        suites: words('suites'),
        components: words('components'),
        signedBy: fields.get('signed-by') ?? '',
      },
    ]
  })
}

function oneLine(text: string): Source[] {
  return text.split('\n').flatMap(line => {
    const [, type = '', options = '', uri = '', suite = '', components = ''] =
      line.match(/^\s*(deb|deb-src)\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*([^#]*)/) ?? []
    if (uri === '') return []
    const signedBy = options.match(/signed-by=(\S+)/)?.[1] ?? ''
    return [
      { types: [type], uris: [uri], suites: [suite], components: components.split(/\s+/).filter(Boolean), signedBy },
    ]
  })
}
