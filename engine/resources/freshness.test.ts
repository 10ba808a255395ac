import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { sumInputs, sumsOf } from './freshness.ts'

const folder = mkdtempSync(join(tmpdir(), 'freshness-'))
afterAll(() => rmSync(folder, { recursive: true }))
const at = (name: string) => join(folder, name)
const shell = (script: string) => execFileSync('sh', ['-euc', script], { encoding: 'utf8', timeout: 20_000 })

test('sums are of files alone: a pipe in the place of one is not read, which would wait for ever', () => {
  writeFileSync(at("a 'file'"), 'now\n')
  symlinkSync(at("a 'file'"), at('link'))
  execFileSync('mkfifo', [at('pipe')])
  symlinkSync(at('pipe'), at('to the pipe'))
  const paths = ['pipe', "a 'file'", 'to the pipe', 'gone', '.', 'link'].map(at)
  const lines = shell(sumsOf(paths)).trim().split('\n')
  expect(lines.map(line => line.slice(66))).toEqual([at("a 'file'"), at('link')])
  expect(new Set(lines.map(line => line.slice(0, 64))).size).toBe(1)
  expect(shell(sumsOf([at('pipe')]))).toBe('')
  expect(shell(`${sumInputs([at('link'), at('pipe')])}\necho "<$sums>"`)).toBe(`<${lines[1]}>\n`)
})
