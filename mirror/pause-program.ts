import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { MirrorStep } from './step.ts'

const source = new URL('./images/pause.c', import.meta.url)

/** The program of the sandbox image; the one thing in a cluster that is not published as a Go module. Gives `pause`. */
export const pauseProgram: MirrorStep = {
  name: 'pause',
  summary: "The pods' pause program",
  needs: [],
  debianPackages: ['gcc', 'libc6-dev'],
  coldSeconds: 1,
  inputs: async () => ['revision 1', await readFile(source, 'utf8')],
  build: async work => {
    await work.run('gcc', ['-Os', '-Wall', '-static', '-s', '-o', join(work.out, 'pause'), source.pathname])
  },
}
