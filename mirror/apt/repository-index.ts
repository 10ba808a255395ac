import { createHash } from 'node:crypto'
import { stanza } from './package.ts'

export interface IndexedPackage {
  /** As `dpkg-deb --field` gives it. */
  readonly control: string
  /** Path in the repository, as apt appends it to the repository's address. */
  readonly filename: string
  readonly size: number
  readonly sha256: string
}

/** The Packages file: each package's control fields, and where it is and what it must hash to. */
export function packagesIndex(packages: readonly IndexedPackage[]): string {
  return packages
    .map(
      ({ control, filename, size, sha256 }) =>
        `${control.trimEnd()}\n${stanza({ Filename: filename, Size: String(size), SHA256: sha256 })}`,
    )
    .join('\n')
}

export interface Release {
  readonly origin: string
  readonly label: string
  readonly suite: string
  readonly codename: string
  readonly components?: string
  readonly date: Date
  /** Index files by their path beside the Release file. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

/** The Release file, whose signature covers the hashes of every index and through them every package. */
export function releaseFile({ origin, label, suite, codename, components, date, files }: Release): string {
  const hashes = [...files].map(
    ([path, content]) => ` ${createHash('sha256').update(content).digest('hex')} ${content.length} ${path}`,
  )
  return stanza({
    Origin: origin,
    Label: label,
    Suite: suite,
    Codename: codename,
    Date: date.toUTCString().replace('GMT', '+0000'),
    Architectures: 'amd64',
    Components: components,
    SHA256: `\n${hashes.join('\n')}`,
  })
}
