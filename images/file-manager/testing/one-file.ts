import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const sources = fileURLToPath(new URL('..', import.meta.url))

/** Packages that are no ES modules ask for Node's own ones by this. */
const banner = `import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)`

/**
 * Makes one file of a program and gives its path: it starts several times quicker than its sources do, which the loader
 * of TypeScript has to read one by one.
 */
export async function oneFile(program: 'broker' | 'server' | 'client', folder: string): Promise<string> {
  const outfile = join(folder, `${program}.mjs`)
  await build({
    entryPoints: [join(sources, program, program === 'client' ? 'clienteFileManager.mjs' : 'main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // It is JavaScript by now: as where Node loads TypeScript by itself, no loader is to be asked for.
    define: { 'process.features': JSON.stringify({ typescript: 'transform' }) },
    external: ['tsx/esm/api'],
    banner: { js: banner },
    logLevel: 'silent',
  })
  return outfile
}
