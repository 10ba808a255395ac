import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'

const locked = z.object({
  version: z.string().optional(),
  integrity: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).default({}),
})
const lockFile = z.object({ packages: z.record(z.string(), locked) })

/** A package as the lock file pins it, all versions of it that are installed: `zod 4.6.7 sha512-...`. */
export type LockedPackage = { readonly name: string; readonly pinned: string }

/** These packages and all that they depend on, sorted, as `package-lock.json` in `root` pins them. Throws on one it lacks. */
export function lockedPackages(root: string, names: readonly string[]): readonly LockedPackage[] {
  const { packages } = lockFile.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')))
  const found = new Set<string>()
  const add = (name: string, from: string): void => {
    const path = nearest(packages, name, from)
    if (path === undefined) throw new Error(`package-lock.json has no ${name}`)
    found.add(path)
  }
  for (const name of names) add(name, '')
  for (const path of found) for (const name of Object.keys(packages[path]?.dependencies ?? {})) add(name, path)
  return [...found].sort().map(path => {
    const { version, integrity } = packages[path] ?? {}
    const name = path.slice(path.lastIndexOf(marker) + marker.length)
    return { name, pinned: `${name} ${version} ${integrity}` }
  })
}

const marker = 'node_modules/'

/** Where Node looks from a package: in its own node_modules, then in those of the folders above it. */
function nearest(packages: Readonly<Record<string, unknown>>, name: string, from: string): string | undefined {
  const path = `${from === '' ? '' : `${from}/`}${marker}${name}`
  if (path in packages) return path
  return from === '' ? undefined : nearest(packages, name, from.slice(0, Math.max(0, from.lastIndexOf(`/${marker}`))))
}
