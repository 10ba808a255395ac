import { AndamioError } from '../errors.ts'
import { checkName } from './names.ts'
import { fingerprints } from './openpgp.ts'

export interface AptSource {
  readonly name: string
  readonly uri: string
  /** `bookworm`, or a path that ends in `/` for a flat repository. */
  readonly suite: string
  /** None for a flat repository. */
  readonly components: readonly string[]
}

export const sourcesFile = (name: string): string => `/etc/apt/sources.list.d/${name}.sources`
export const keyringFile = (name: string): string => `/etc/apt/keyrings/${name}.asc`
export const pinFile = (name: string): string => `/etc/apt/preferences.d/${name}`

/** The repository in apt's deb822 form, trusted by its own keyring alone. */
export function renderSource({ name, uri, suite, components }: AptSource): string {
  checkName('repository address', uri, /^(https?|file|copy|mirror):[^\s\0-\x1f]+$/)
  checkName('suite', suite, /^[^\s\0-\x1f]+$/)
  for (const component of components) checkName('component', component, /^[A-Za-z0-9._/-]+$/)
  if (suite.endsWith('/') === components.length > 0) {
    throw new TypeError(`${name}: a suite that ends in / has no components, any other has some`)
  }
  return [
    'Types: deb',
    `URIs: ${uri}`,
    `Suites: ${suite}`,
    ...(components.length > 0 ? [`Components: ${components.join(' ')}`] : []),
    `Signed-By: ${keyringFile(name)}`,
    '',
  ].join('\n')
}

/** How the fetched index of this repository's release is named under /var/lib/apt/lists, without its last part. */
export function listName({ uri, suite }: AptSource): string {
  const base = uri.endsWith('/') ? uri : `${uri}/`
  const release = suite === '/' ? base : suite.endsWith('/') ? base + suite : `${base}dists/${suite}/`
  const site = release.replace(/^[a-z]+:(\/\/)?([^/@]*@)?/, '')
  const special = /[\\|{}[\]<>"^~_=!@#$%^&*\x00-\x20\x7f-\uffff]/g
  const escaped = site.replace(special, char => [...Buffer.from(char)].map(byte => `%${hex(byte)}`).join(''))
  return escaped.replaceAll('/', '_')
}

const hex = (byte: number): string => byte.toString(16).padStart(2, '0')

/** The keyring, if it holds the pinned keys and none besides. Throws `apt-key-mismatch`. */
export function checkedKey(name: string, keyring: string, pinned: string): string {
  const wanted = pinned.split(',').map(one => one.replaceAll(' ', '').toUpperCase())
  const found = fingerprints(keyring)
  const foreign = found.find(one => !wanted.includes(one))
  if (foreign === undefined) return keyring
  throw new AndamioError({
    code: 'apt-key-mismatch',
    message: `The signing key of the apt repository ${name} is not the pinned one`,
    cause: `it holds ${foreign}, and only ${wanted.join(', ')} is pinned`,
    next: 'If the repository has changed its key, look the new fingerprint up at its publisher and pin that; else do not trust it.',
  })
}
