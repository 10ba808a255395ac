import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What an image is built from: `images/<name>`, a Dockerfile and what it copies. */
export interface ImageContext {
  readonly name: string
  readonly folder: string
  /** `linux/amd64`. */
  readonly platform: string
  /** 16 hex digits over all that decides what the image holds, so that a changed source is another image. */
  readonly tag: string
}

/** Raised when the way from context to image changes: then every image is another one too. */
const recipe = '1'

const imagesFolder = fileURLToPath(new URL('../../images', import.meta.url))

/**
 * Reads and hashes a build context; builds nothing. Files' names, contents and execute bits count, and the platform;
 * owners, times and tests of programs (`_test.go`) do not. Throws on links and devices, which a hash cannot vouch for.
 */
export function imageContext(name: string, platform: string, folder = join(imagesFolder, name)): ImageContext {
  const hash = createHash('sha256').update(JSON.stringify([recipe, platform]))
  for (const path of contextFiles(folder)) {
    const executable = (statSync(join(folder, path)).mode & 0o111) !== 0
    const content = createHash('sha256')
      .update(readFileSync(join(folder, path)))
      .digest('hex')
    hash.update(JSON.stringify([path, executable, content]))
  }
  return { name, folder, platform, tag: hash.digest('hex').slice(0, 16) }
}

/** Paths relative to the folder, sorted by their bytes, the same on every machine. */
export function contextFiles(folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap(entry => {
    const path = relative(folder, join(entry.parentPath, entry.name))
    if (entry.isDirectory() || path.endsWith('_test.go')) return []
    if (!entry.isFile()) throw new TypeError(`${join(folder, path)} is neither a file nor a directory`)
    return [path]
  })
  return files.sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
}
