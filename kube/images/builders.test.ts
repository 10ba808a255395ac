import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { builders } from './builders.ts'

let bin: string
beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'andamio-builders-'))
  vi.stubEnv('PATH', `${bin}:${process.env.PATH}`)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(bin, { recursive: true })
})

describe.each(['docker', 'podman'] as const)('%s', program => {
  test('that cannot save an image is told of, not that its name stays', async () => {
    const lines = ['build) ;;', "save) echo 'no space left' >&2; exit 1 ;;", "image) echo 'in use' >&2; exit 1 ;;"]
    writeFileSync(join(bin, program), `#!/bin/sh\ncase $1 in\n${lines.join('\n')}\n*) exit 99 ;;\nesac\n`)
    chmodSync(join(bin, program), 0o755)
    const builder = builders.find(one => one.program === program)
    const order = {
      name: 'probe',
      tag: '1',
      platform: 'linux/amd64',
      context: bin,
      scratch: bin,
      into: join(bin, 'oci'),
    }
    await expect(builder?.build(order)).rejects.toMatchObject({
      failure: { message: `${program} save failed with status 1`, stderr: ['no space left'] },
    })
  })
})
