import { expect, test } from 'vitest'
import { findBuilder } from './build.ts'
import { onlyPrograms } from './testing/only-programs.ts'

const program = onlyPrograms()

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
