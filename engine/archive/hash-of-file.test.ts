import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { hashOfFile } from './hash-of-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'andamio-hash-'))
const file = join(folder, 'file')
afterAll(() => rmSync(folder, { recursive: true }))

test.each([0, 1, 256 * 1024, 600_001])('a file of %i bytes', async bytes => {
  const content = Buffer.from(Array.from({ length: bytes }, (_, index) => (index * 31) % 256))
  writeFileSync(file, content)
  expect(await hashOfFile(file, 'sha256', 'hex')).toBe(createHash('sha256').update(content).digest('hex'))
  expect(await hashOfFile(file, 'sha512', 'base64')).toBe(createHash('sha512').update(content).digest('base64'))
})

test('a file that is not there', async () => {
  await expect(hashOfFile(join(folder, 'none'), 'sha256', 'hex')).rejects.toMatchObject({ code: 'ENOENT' })
})
