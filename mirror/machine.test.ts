import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { requireGo } from './machine.ts'
import { scratchFolder } from './testing/fixtures.ts'

const folder = scratchFolder()

async function goThatSays(version: string): Promise<string> {
  const program = join(folder.path, 'go')
  await writeFile(program, `#!/bin/sh\n[ "$GOTOOLCHAIN" = local ] && echo ${version}\n`, { mode: 0o755 })
  return program
}

test.each(['go1.26', 'go1.26.8', 'go1.27rc1', 'go2.0'])('%s is good enough', async version => {
  await expect(requireGo(await goThatSays(version))).resolves.toBeUndefined()
})

test.each(['go1.25.9', 'go1.9', 'devel'])('%s is too old, and both ways out are named', async version => {
  await expect(requireGo(await goThatSays(version))).rejects.toMatchObject({
    failure: {
      code: 'go-too-old',
      message: expect.stringContaining(version),
      next: expect.stringContaining('--source upstream'),
    },
  })
})

test('no Go at all', async () => {
  await expect(requireGo(join(folder.path, 'nowhere'))).rejects.toMatchObject({
    failure: {
      code: 'go-missing',
      message: expect.stringContaining('1.26'),
      next: expect.stringContaining('--source upstream'),
    },
  })
})
