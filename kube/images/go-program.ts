import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AndamioError } from '../../engine/errors.ts'
import type { ImageProgram, ImageSource } from './program.ts'
import { askTool, runTool } from './tool.ts'

/** Without paths, symbols and build ids: the same sources and compiler give the same bytes. */
const reproducible = ['-trimpath', '-buildvcs=false', '-ldflags=-s -w -buildid=']

/** A Go module, compiled into the build context under its last name, static, so that it needs nothing beside it. */
export const goProgram: ImageProgram = {
  marker: 'go.mod',
  leavesOut: path => path.endsWith('_test.go'),
  identity: () => [],
  needs: needGo,
  async build(source, into) {
    const module = /^module\s+(\S+)/m.exec(await readFile(join(into, 'go.mod'), 'utf8'))?.[1]
    if (!module) throw new TypeError(`${join(source.folder, 'go.mod')} names no module`)
    await needGo(source)
    const [os = '', arch = ''] = source.platform.split('/')
    const program = module.split('/').at(-1) ?? module
    await runTool('go', ['build', ...reproducible, '-mod=readonly', '-o', program, '.'], {
      cwd: into,
      timeoutSeconds: 600,
      env: { CGO_ENABLED: '0', GOOS: os, GOARCH: arch, GOFLAGS: '', GOWORK: 'off' },
    })
  },
}

async function needGo({ name }: ImageSource): Promise<void> {
  const answer = await askTool('go', ['version'], { timeoutSeconds: 20 })
  if (answer.code === 0) return
  throw new AndamioError({
    code: 'go-missing',
    message: `The image ${name} holds a Go program, and there is no Go here to compile it.`,
    cause: answer.stderr.trim(),
    next: 'Install Go 1.25 or newer (https://go.dev/dl) so that `go version` answers, and run again.',
  })
}
