import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build } from 'esbuild'

const sources = fileURLToPath(new URL('..', import.meta.url))

/** How esbuild makes a program for Node that is in one file. */
const asOneFile = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // It is JavaScript by now: as where Node loads TypeScript by itself, no loader is to be asked for.
  define: { 'process.features': JSON.stringify({ typescript: 'transform' }) },
  external: ['tsx/esm/api'],
  // Packages that are no ES modules ask for Node's own ones by this.
  banner: {
    js: "import { createRequire as requireOf } from 'node:module'\nconst require = requireOf(import.meta.url)",
  },
  logLevel: 'silent',
} satisfies BuildOptions

/**
 * Makes one file of a program and gives its path: it starts several times quicker than its sources do, which the loader
 * of TypeScript has to read one by one.
 */
export async function oneFile(program: 'broker' | 'server' | 'client', folder: string): Promise<string> {
  const outfile = join(folder, `${program}.mjs`)
  const main = join(sources, program, 'main.ts')
  const run = `import { run } from ${JSON.stringify(main)}; await run(process.argv.slice(2))`
  const entry = program === 'client' ? { stdin: { contents: run, resolveDir: sources } } : { entryPoints: [main] }
  await build({ ...entry, outfile, ...asOneFile })
  return outfile
}
