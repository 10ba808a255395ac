import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findBuilder } from './build.ts'

let folder: string
const path = process.env.PATH

/** Programs of our own by these names are all that there is: what matters is what they answer. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'andamio-builders-'))
  process.env.PATH = folder
})
afterEach(async () => {
  process.env.PATH = path
  await rm(folder, { recursive: true })
})

async function program(name: string, script: string): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`)
  await chmod(join(folder, name), 0o755)
}

test('a Docker client without its daemon is passed over', async () => {
  await program('docker', 'echo "Cannot connect to the Docker daemon" >&2; exit 1')
  await program('buildah', 'exit 0')
  expect((await findBuilder()).program).toBe('buildah')
})

test('Docker comes first where its daemon answers and is new enough', async () => {
  await program('docker', 'echo 27.1.2')
  await program('podman', 'exit 0')
  expect((await findBuilder()).program).toBe('docker')
  await program('docker', 'echo 24.0.9')
  expect((await findBuilder()).program).toBe('podman')
})

test('where none works the error says of each why', async () => {
  await program('docker', 'echo "Cannot connect to the Docker daemon" >&2; exit 1')
  await program('podman', 'echo "newuidmap: not permitted" >&2; exit 125')
  await expect(findBuilder()).rejects.toMatchObject({
    failure: {
      code: 'no-image-builder',
      cause: expect.stringMatching(/docker: Cannot connect.*podman: newuidmap.*buildah: .*ENOENT/),
    },
  })
})
