// @ts-check
// Plain JavaScript, for it decides how TypeScript is loaded.
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const folders = ['.', 'commands', '../program', '../protocol']
/** Versions of the packages in it. */
const lock = join(here, '../../../package-lock.json')
/** One that was not used for so long is removed, in milliseconds. */
const life = 30 * 24 * 3600_000

/**
 * The client made into one file, which starts in a quarter of the time that its sources take: kept in the cache folder, by
 * a name that tells all that it was made of. Undefined where there is none, or none to be trusted.
 * @returns {string | undefined} a URL
 */
export function bundled() {
  try {
    const path = pathOf(sumOfSources())
    const { uid, mode, mtimeMs } = statSync(path)
    if (uid !== process.getuid?.() || (mode & 0o022) !== 0) return undefined
    const now = Date.now()
    if (now - mtimeMs > life / 2) utimesSync(path, now / 1000, now / 1000)
    return pathToFileURL(path).href
  } catch {
    return undefined
  }
}

/**
 * The same, made when there is none. Undefined where it cannot be made or kept: the sources do as well.
 * @returns {Promise<string | undefined>}
 */
export async function bundle() {
  try {
    const sum = sumOfSources()
    const path = pathOf(sum)
    const draft = `${path}.${process.pid}`
    mkdirSync(folder(), { recursive: true, mode: 0o700 })
    const { build } = await import('esbuild')
    await build({
      entryPoints: [join(here, 'main.ts')],
      outfile: draft,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      // Packages that are no ES modules ask for Node's own ones by this.
      banner: { js: "import{createRequire as _r}from'node:module';const require=_r(import.meta.url);" },
      minifySyntax: true,
      minifyWhitespace: true,
      logLevel: 'silent',
    })
    chmodSync(draft, 0o600)
    // Sources that were written meanwhile may be in it, or not.
    if (sumOfSources() === sum) renameSync(draft, path)
    else rmSync(draft)
    forget()
    return bundled()
  } catch {
    return undefined
  }
}

const folder = () => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'andamio', 'file-manager-client')

/** @param {string} sum */
const pathOf = sum => join(folder(), `${sum}.mjs`)

function sumOfSources() {
  const hash = createHash('sha256').update(readFileSync(lock))
  for (const name of folders)
    for (const file of readdirSync(join(here, name)).sort())
      if (/(?<!\.test)\.(ts|mjs)$/.test(file))
        hash.update(`\0${name}/${file}\0`).update(readFileSync(join(here, name, file)))
  return hash.digest('hex').slice(0, 32)
}

/** Those that nobody has used for long. */
function forget() {
  for (const name of readdirSync(folder())) {
    const path = join(folder(), name)
    if (Date.now() - statSync(path).mtimeMs > life) rmSync(path, { force: true })
  }
}
