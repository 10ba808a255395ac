import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

/** All that a TypeScript program is made of, as its imports tell. */
export interface Sources {
  /** The program's own files, relative to `root`, sorted. */
  readonly files: readonly string[]
  /** Packages that they import by name, sorted. */
  readonly packages: readonly string[]
}

/** Static, type-only and dynamic imports, and what is exported from elsewhere. */
const imports = /^(?:import|export|\})[^'"`;]*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm

/** Follows the relative imports of `entry`. More than a bundler takes, for types count too, but never less. */
export function sourcesOf(root: string, entry: string): Sources {
  const files = new Set<string>([entry])
  const packages = new Set<string>()
  for (const file of files) {
    for (const [, from, bare, dynamic] of readFileSync(join(root, file), 'utf8').matchAll(imports)) {
      const name = from ?? bare ?? dynamic ?? ''
      if (name.startsWith('.')) files.add(relative(root, join(root, dirname(file), name)))
      else if (!name.startsWith('node:')) packages.add(packageOf(name))
    }
  }
  return { files: [...files].sort(), packages: [...packages].sort() }
}

/** `@scope/name/part` -> `@scope/name`. */
const packageOf = (name: string): string =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/')
