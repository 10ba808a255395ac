import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'

/** For tests: a folder that stands for a node's `/`, empty before each test. Gives its path. */
export function useNodeRoot(): () => string {
  let root = ''
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'andamio-node-'))
  })
  afterEach(() => rmSync(root, { recursive: true }))
  return () => root
}

/** Makes a file, and the folders on the way to it. */
export function write(path: string, content = ''): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}
