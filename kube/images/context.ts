import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ImageProgram, ImageSource } from './program.ts'
import { programOf } from './programs.ts'

/** What an image is built from: `images/<path>`, a Dockerfile, what it copies, and the sources of its program. */
export interface ImageContext extends ImageSource {
  /** 16 hex digits over all that decides what the image holds, so that a changed source is another image. */
  readonly tag: string
}

/** Raised when the way from context to image changes: then every image is another one too. */
const recipe = '1'

const imagesFolder = fileURLToPath(new URL('../../images', import.meta.url))

/**
 * Reads and hashes a build context; builds nothing. Files' names, contents and execute bits count, the platform, and
 * what the program's kind names; owners, times and tests of programs do not. `path` may lead into a nested folder, whose
 * image is named with dashes, for not every registry takes a name of several parts. Throws on links and devices, which a
 * hash cannot vouch for.
 */
export function imageContext(path: string, platform: string, folder = join(imagesFolder, path)): ImageContext {
  const { files, program } = contextOf(folder)
  const hash = createHash('sha256').update(JSON.stringify([recipe, platform]))
  for (const path of files) {
    const executable = (statSync(join(folder, path)).mode & 0o111) !== 0
    const content = createHash('sha256')
      .update(readFileSync(join(folder, path)))
      .digest('hex')
    hash.update(JSON.stringify([path, executable, content]))
  }
  for (const part of program?.identity(folder) ?? []) hash.update(JSON.stringify([part]))
  return { name: path.replaceAll('/', '-'), folder, platform, tag: hash.digest('hex').slice(0, 16) }
}

/** Files of the build context, relative to the folder, and what builds the program that goes with them. */
export function contextOf(folder: string): { readonly files: readonly string[]; readonly program?: ImageProgram } {
  const all = filesIn(folder)
  const program = programOf(all)
  return program ? { files: all.filter(path => !program.leavesOut(path)), program } : { files: all }
}

/** Sorted by their bytes, the same on every machine. */
function filesIn(folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap(entry => {
    const path = relative(folder, join(entry.parentPath, entry.name))
    if (entry.isDirectory()) return []
    if (!entry.isFile()) throw new TypeError(`${join(folder, path)} is neither a file nor a directory`)
    return [path]
  })
  return files.sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
}
