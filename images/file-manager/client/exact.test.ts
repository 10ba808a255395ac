import { mkdtempSync, rmSync } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { exact } from './exact.ts'

const scratch = mkdtempSync(join(tmpdir(), 'file-manager-exact-'))
afterAll(() => rmSync(scratch, { recursive: true }))

test('buffers are filled whole, however little each read gives', async () => {
  const path = join(scratch, 'file')
  await writeFile(path, 'abcdefghij')
  const file = await open(path)
  // As a file system may: three bytes and no more at a time.
  const slow = Object.assign(Object.create(file), {
    readv: async (into: Buffer[], at: number) =>
      file.read(into[0] ?? Buffer.alloc(0), 0, Math.min(3, into[0]?.length ?? 0), at),
  })
  for (const one of [file, slow]) {
    const into = [Buffer.alloc(4), Buffer.alloc(0), Buffer.alloc(1), Buffer.alloc(4)]
    await exact(one, into, 1)
    expect(Buffer.concat(into).toString()).toBe('bcdefghij')
    await expect(exact(one, [Buffer.alloc(4)], 8)).rejects.toThrow('became shorter')
  }
  await file.close()
})
