/** A Debian binary package as data. */
export interface DebPackage {
  readonly name: string
  readonly version: string
  readonly section: string
  readonly homepage: string
  /** One line. */
  readonly summary: string
  readonly depends: readonly string[]
  readonly recommends?: readonly string[]
  readonly provides?: readonly string[]
  readonly conflicts?: readonly string[]
  readonly replaces?: readonly string[]
  readonly files: readonly PackagedFile[]
  /** Maintainer scripts by name: `postinst`, `prerm`, `postrm`. */
  readonly scripts?: Readonly<Record<string, string>>
}

export interface PackagedFile {
  /** Absolute path on the host. What lies under /etc is a conffile. */
  readonly path: string
  /** Octal. */
  readonly mode: '0644' | '0755'
  /** A file of this machine to copy, or the content itself. */
  readonly content: { readonly file: string } | string
}

export const fileNameOf = ({ name, version }: DebPackage): string => `${name}_${version}_amd64.deb`

/** The package's control file. `installedKiB` as `du` counts it. */
export function controlOf(debian: DebPackage, installedKiB: number): string {
  const list = (names: readonly string[] | undefined) => (names?.length ? names.join(', ') : undefined)
  return stanza({
    Package: debian.name,
    Version: debian.version,
    Architecture: 'amd64',
    Maintainer: 'andamio mirror <mirror@andamio.invalid>',
    'Installed-Size': String(installedKiB),
    Depends: list(debian.depends),
    Recommends: list(debian.recommends),
    Provides: list(debian.provides),
    Conflicts: list(debian.conflicts),
    Replaces: list(debian.replaces),
    Section: debian.section,
    Priority: 'optional',
    Homepage: debian.homepage,
    Description: debian.summary,
  })
}

export const conffilesOf = (debian: DebPackage): readonly string[] =>
  debian.files.map(file => file.path).filter(path => path.startsWith('/etc/'))

/** Fields in the order given, those without a value left out. Throws on a value that would begin a field of its own. */
export function stanza(fields: Readonly<Record<string, string | undefined>>): string {
  const lines = Object.entries(fields).flatMap(([name, value]) => {
    if (value === undefined) return []
    if (/\n(?! )/.test(value)) throw new TypeError(`${name}: a value's further lines begin with a blank`)
    return [`${name}:${value.startsWith('\n') ? '' : ' '}${value}`]
  })
  return `${lines.join('\n')}\n`
}
