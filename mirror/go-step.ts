import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { MirrorStep } from './step.ts'

export interface GoProgram {
  /** File name of the result. */
  readonly name: string
  /** Its main package; `.` for a main of our own in the module's folder. */
  readonly package: string
  /** Given to the linker's -X, as `package.variable=value`. */
  readonly set?: readonly string[]
}

export interface GoModule {
  /** Folder under mirror/go that pins the module and all it needs by go.mod and go.sum. */
  readonly name: string
  readonly summary: string
  readonly programs: readonly GoProgram[]
  /** For programs that call C: linked statically, so that they run on any host and in an empty image. */
  readonly cgo?: { readonly tags: readonly string[]; readonly debianPackages: readonly string[] }
  readonly coldSeconds: number
}

/**
 * Programs of one Go module, built from the module proxy's copy. What is fetched is what go.sum says (`-mod=readonly`
 * changes neither file), and no other toolchain is downloaded.
 */
export function goStep(module: GoModule): MirrorStep {
  const folder = new URL(`./go/${module.name}/`, import.meta.url).pathname
  const flags = (program: GoProgram) => [
    ...['-mod=readonly', '-trimpath', '-buildvcs=false', '-v'],
    ...(module.cgo ? ['-tags', module.cgo.tags.join(' ')] : []),
    '-ldflags',
    ['-s -w', ...(module.cgo ? ['-extldflags=-static'] : []), ...(program.set ?? []).map(set => `-X ${set}`)].join(' '),
  ]
  return {
    name: `go-${module.name}`,
    summary: module.summary,
    needs: [],
    debianPackages: module.cgo?.debianPackages ?? [],
    coldSeconds: module.coldSeconds,
    inputs: async () => {
      const files = (await readdir(folder)).sort()
      const texts = await Promise.all(files.map(file => readFile(join(folder, file), 'utf8')))
      return ['revision 1', ...files, ...texts, ...module.programs.flatMap(p => [p.name, p.package, ...flags(p)])]
    },
    build: async work => {
      const env = { GOFLAGS: '', GOTOOLCHAIN: 'local', GOWORK: 'off', CGO_ENABLED: module.cgo ? '1' : '0' }
      for (const [index, program] of module.programs.entries()) {
        let compiled = 0
        const told = `${program.name} (${index + 1} of ${module.programs.length})`
        work.progress(told)
        await work.run('go', ['build', ...flags(program), '-o', join(work.out, program.name), program.package], {
          cwd: folder,
          env,
          timeoutSeconds: 3600,
          // With -v there is a line for every package fetched or compiled.
          onLine: () => work.progress(told, { done: ++compiled, unit: 'packages' }),
        })
      }
    },
  }
}
