import { cp, readdir, readFile, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { AndamioError } from '../../engine/errors.ts'
import { contextFiles, type ImageContext } from './context.ts'
import { askTool, runTool } from './tool.ts'

/** Without paths, symbols and build ids: the same sources and compiler give the same bytes. */
const reproducible = ['-trimpath', '-buildvcs=false', '-ldflags=-s -w -buildid=']

/**
 * Copies a build context to `into`. Where it has a `go.mod`, the program is compiled into it under the module's last
 * name, static: so an image can be `FROM scratch` and its build needs no other image, hence no network.
 */
export async function prepareContext(context: ImageContext, into: string): Promise<void> {
  const files = contextFiles(context.folder)
  for (const file of files) await cp(join(context.folder, file), join(into, file))
  if (files.includes('go.mod')) await compile(context, into)
  // A layer holds its files' times: the same sources are to give the same layer tomorrow.
  for (const entry of await readdir(into, { recursive: true })) await utimes(join(into, entry), 1, 1)
}

async function compile(context: ImageContext, into: string): Promise<void> {
  const module = /^module\s+(\S+)/m.exec(await readFile(join(into, 'go.mod'), 'utf8'))?.[1]
  if (!module) throw new TypeError(`${join(context.folder, 'go.mod')} names no module`)
  await needGo(context)
  const [os = '', arch = ''] = context.platform.split('/')
  const program = module.split('/').at(-1) ?? module
  await runTool('go', ['build', ...reproducible, '-mod=readonly', '-o', program, '.'], {
    cwd: into,
    timeoutSeconds: 600,
    env: { CGO_ENABLED: '0', GOOS: os, GOARCH: arch, GOFLAGS: '', GOWORK: 'off' },
  })
}

async function needGo({ name }: ImageContext): Promise<void> {
  const answer = await askTool('go', ['version'], { timeoutSeconds: 20 })
  if (answer.code === 0) return
  throw new AndamioError({
    code: 'go-missing',
    message: `The image ${name} holds a Go program, and there is no Go here to compile it.`,
    cause: answer.stderr.trim(),
    next: 'Install Go 1.25 or newer (https://go.dev/dl) so that `go version` answers, and run again.',
  })
}
