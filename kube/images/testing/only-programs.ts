import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'

/**
 * Programs of our own are all that there is in this file's tests: what matters is what they answer. Gives what makes one
 * of a shell script, for the test that is running.
 */
export function onlyPrograms(): (name: string, script: string) => Promise<void> {
  const path = process.env.PATH
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'andamio-programs-'))
    process.env.PATH = folder
  })
  afterEach(async () => {
    process.env.PATH = path
    await rm(folder, { recursive: true })
  })
  return async (name, script) => {
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`)
    await chmod(join(folder, name), 0o755)
  }
}
