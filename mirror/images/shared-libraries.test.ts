import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { scratchFolder } from '../testing/fixtures.ts'
import { neededBy, sharedLibraries } from './shared-libraries.ts'

const root = scratchFolder()
const needs = (...names: string[]) => names.map(name => ` 0x1 (NEEDED)  Shared library: [${name}]\n`).join('')

test('libraries and the loader are read from what readelf prints', () => {
  const text = `      [Requesting program interpreter: /lib64/ld-linux-x86-64.so.2]\n${needs('libm.so.6', 'libc.so.6')}`
  expect(neededBy(text)).toEqual(['libm.so.6', 'libc.so.6', 'ld-linux-x86-64.so.2'])
  expect(neededBy('There is no dynamic section in this file.')).toEqual([])
})

test('what libraries need themselves is found, through links that are meant within the root', async () => {
  const text: Record<string, string> = { tool: needs('liba.so.1'), 'liba.so.1.2': needs('libb.so.2'), 'libb.so.2': '' }
  for (const file of ['usr/bin/tool', 'usr/lib/x86_64-linux-gnu/liba.so.1.2', 'elsewhere/libb.so.2']) {
    await mkdir(dirname(join(root.path, file)), { recursive: true })
    await writeFile(join(root.path, file), '')
  }
  await symlink('liba.so.1.2', join(root.path, 'usr/lib/x86_64-linux-gnu/liba.so.1'))
  await mkdir(join(root.path, 'lib/x86_64-linux-gnu'), { recursive: true })
  await symlink('/elsewhere/libb.so.2', join(root.path, 'lib/x86_64-linux-gnu/libb.so.2'))
  const found = await sharedLibraries(root.path, ['usr/bin/tool'], async file => text[basename(file)] ?? '')
  expect(Object.fromEntries(found)).toEqual({
    'liba.so.1': 'usr/lib/x86_64-linux-gnu/liba.so.1.2',
    'libb.so.2': 'elsewhere/libb.so.2',
  })
})

test('a library that is not there is named, with who needs it', async () => {
  await copyFile('/bin/true', join(root.path, 'tool'))
  await expect(sharedLibraries(root.path, ['tool'], async () => needs('libm.so.6'))).rejects.toThrow(
    'tool needs libm.so.6',
  )
})
