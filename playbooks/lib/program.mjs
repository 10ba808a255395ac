// @ts-check
// Plain JavaScript, for it decides how TypeScript is loaded.
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import module from 'node:module'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/**
 * What a bundle was made of: its checkout, and of each source the path and how it stood.
 * @typedef {{ root: string, folder: string, inputs: [path: string, state: string][] }} Manifest
 */

const root = fileURLToPath(new URL('../..', import.meta.url))
const here = fileURLToPath(import.meta.url)
const entry = fileURLToPath(new URL('./playbook.ts', import.meta.url))
/** Longer than any run takes, which may load a part of its bundle late. */
const keptMilliseconds = 4 * 60 * 60 * 1000

/**
 * Loads `playbook.ts`, with all that it is made of, the quickest way. Some five hundred small files take three times as
 * long to load as the same in a few large ones, so those are made once and kept in the cache folder until a source
 * changes. A playbook that imports TypeScript of its own gets the sources: there must be one instance of each module.
 * @param {string} file the playbook's own
 * @returns {Promise<typeof import('./playbook.ts')>}
 */
export async function loadProgram(file) {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'andamio')
  const bundled = isPlain(file) ? await bundle(join(cache, 'program')) : undefined
  if (bundled !== undefined) {
    Reflect.get(module, 'enableCompileCache')?.(join(dirname(bundled), 'compiled'))
    return import(pathToFileURL(bundled).href)
  }
  if (!Reflect.get(process.features, 'typescript')) (await import('tsx/esm/api')).register()
  return import('./playbook.ts')
}

/**
 * Whether a playbook, with the JavaScript beside it that it imports, imports nothing of TypeScript, nor what only its run
 * would tell.
 * @param {string} file
 * @param {Set<string>} seen
 * @returns {boolean}
 */
export function isPlain(file, seen = new Set()) {
  if (seen.has(file)) return true
  seen.add(file)
  if (!/\.m?js$/.test(file)) return false
  const text = read(file)
    ?.replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|[^:'"`])\/\/.*$/gm, '$1')
  if (text === undefined || /\bimport\s*\(\s*[^'"\s]|\brequire\b|\bcreateRequire\b/.test(text)) return false
  const names = [...text.matchAll(/\b(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map(([, name = '']) => name)
  return names.every(name => {
    if (!/^(\.{0,2}\/|file:)/.test(name)) return true
    const path = name.startsWith('file:') ? fileURLToPath(name) : resolve(dirname(file), name)
    return path === join(dirname(here), 'playbook.mjs') || isPlain(path, seen)
  })
}

/**
 * The bundle's main file; made if there is none of the sources as they are. Undefined where that does not succeed: the
 * sources do as well.
 * @param {string} cache
 * @returns {Promise<string | undefined>}
 */
async function bundle(cache) {
  // Each checkout has its own.
  const folder = join(cache, createHash('sha256').update(root).digest('hex').slice(0, 16))
  const manifestFile = join(folder, 'current.json')
  /** @type {Manifest | undefined} */
  const manifest = parsed(read(manifestFile))
  if (manifest?.inputs.every(([path, state]) => stateOf(path) === state)) return join(manifest.folder, 'playbook.mjs')
  try {
    return await make(folder, manifestFile)
  } catch {
    return undefined
  }
}

/**
 * @param {string} folder
 * @param {string} manifestFile
 */
async function make(folder, manifestFile) {
  const began = Date.now()
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const out = join(folder, `${began}-${randomBytes(4).toString('hex')}`)
  const { build } = await import('esbuild')
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outdir: out,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    metafile: true,
    logLevel: 'silent',
    // Packages in CommonJS ask for Node's own modules by it.
    banner: { js: `import{createRequire as _r}from'node:module';const require=_r(${quoted(here)});` },
    external: ['cpu-features', '*.node'],
    plugins: [inPlace],
  })
  const inputs = Object.keys(metafile.inputs).map(path => resolve(root, path))
  // Packages change together, by npm, which then writes this.
  const own = [
    ...inputs.filter(path => !path.includes('/node_modules/')),
    here,
    join(root, 'node_modules/.package-lock.json'),
  ]
  /** @type {Manifest} */
  const manifest = { root, folder: out, inputs: own.map(path => [path, stateOf(path)]) }
  const main = join(out, 'playbook.mjs')
  // A source that somebody wrote in the meantime may be in it, or not.
  if (own.some(path => statSync(path).ctimeMs >= began - 50)) {
    rmSync(out, { recursive: true })
    return undefined
  }
  writeFileSync(`${out}.json`, JSON.stringify(manifest))
  renameSync(`${out}.json`, manifestFile)
  forget(folder, out)
  return main
}

/**
 * Programs that are not to be bundled are found where they are, and so are the files beside a source.
 * @type {import('esbuild').Plugin}
 */
const inPlace = {
  name: 'in-place',
  setup(build) {
    build.onResolve({ filter: /^(esbuild|tsx)(\/|$)/ }, ({ path }) => ({
      path: pathToFileURL(module.createRequire(here).resolve(path)).href,
      external: true,
    }))
    build.onLoad({ filter: /\.([cm]?js|ts)$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8')
      if (!/\bimport\.meta\.url\b|\b__dirname\b/.test(text)) return undefined
      const contents = text
        .replace(/\bimport\.meta\.url\b/g, () => quoted(pathToFileURL(path).href))
        .replace(/\b__dirname\b/g, () => quoted(dirname(path)))
      return { contents, loader: path.endsWith('.ts') ? 'ts' : 'js' }
    })
  },
}

/**
 * Removes earlier bundles of this checkout, and all of one that is no more.
 * @param {string} folder
 * @param {string} current
 */
function forget(folder, current) {
  const remove = (/** @type {string} */ path) => rmSync(path, { recursive: true, force: true })
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    const age = Date.now() - Number.parseInt(name, 10)
    if (path !== current && /^\d+-/.test(name) && age > keptMilliseconds) remove(path)
  }
  for (const name of readdirSync(dirname(folder))) {
    const path = join(dirname(folder), name)
    const checkout = parsed(read(join(path, 'current.json')))?.root
    if (checkout !== undefined && stateOf(checkout) === 'gone') remove(path)
  }
}

/** @param {string} path */
function stateOf(path) {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  return found ? [found.size, found.mtimeNs, found.ctimeNs, found.ino].join(' ') : 'gone'
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** @param {string | undefined} text */
function parsed(text) {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

/** @param {string} text */
const quoted = text => JSON.stringify(text)
