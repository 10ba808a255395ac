import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { asOneFile } from '../../../images/file-manager/testing/one-file.ts'

const project = fileURLToPath(new URL('../../..', import.meta.url))

/** Sources find what lies beside them by their own addresses; ssh2 has parts that are no JavaScript, and stays where it is. */
const inPlace: Plugin = {
  name: 'in place',
  setup(context) {
    context.onLoad({ filter: /\.(ts|mjs)$/ }, async ({ path }) => {
      if (path.includes('node_modules')) return undefined
      const text = await readFile(path, 'utf8')
      const contents = text.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
      return { contents, loader: path.endsWith('.ts') ? 'ts' : 'js' }
    })
    const path = createRequire(import.meta.url).resolve('ssh2')
    context.onResolve({ filter: /^ssh2$/ }, () => ({ path, external: true }))
  },
}

/**
 * Makes one file of a playbook and all that it may load, and gives its path: on Node 20 it starts several times quicker
 * than its sources do, which the loader of TypeScript has to read one by one. `programs.test.ts` starts the sources.
 */
export async function oneFile(playbook: string, folder: string): Promise<string> {
  const outfile = join(folder, `${playbook}.mjs`)
  await build({
    entryPoints: [join(project, 'playbooks', `${playbook}.mjs`)],
    outfile,
    ...asOneFile,
    external: [...asOneFile.external, 'esbuild'],
    plugins: [inPlace],
  })
  return outfile
}
