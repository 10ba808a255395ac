import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle, bundleParts } from './bundle.ts'
import { gatherNode, needRuntime, runtimeIdentity } from './node-runtime.ts'
import type { ImageProgram } from './program.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))

/**
 * A TypeScript program on Node. Into the build context come `<folder>.mjs`, the program with the packages that it uses in
 * one file; `node`, the root of a file system in which Node runs; and `empty`, of which a Dockerfile can make folders.
 */
export const nodeProgram: ImageProgram = {
  marker: 'main.ts',
  leavesOut: path => path.endsWith('.ts'),
  identity(folder) {
    const { files, pinned } = bundleParts(programIn(folder))
    const sum = (file: string) =>
      createHash('sha256')
        .update(readFileSync(join(project, file)))
        .digest('hex')
    return [runtimeIdentity, ...pinned, ...files.map(file => `${file} ${sum(file)}`)]
  },
  needs: needRuntime,
  async build(source, into) {
    await bundle(programIn(source.folder), join(into, `${basename(source.folder)}.mjs`))
    await gatherNode(source, join(into, 'node'))
    await mkdir(join(into, 'empty'))
  },
}

const programIn = (folder: string) => ({ root: project, entry: relative(project, join(folder, 'main.ts')) })
