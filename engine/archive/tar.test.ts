import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { tar } from './tar.ts'

const list = (archive: Buffer): string[] =>
  execFileSync('tar', ['--numeric-owner', '-tvf', '-'], {
    input: archive,
    encoding: 'utf8',
    env: { ...process.env, TZ: 'UTC' },
  })
    .trim()
    .split('\n')
    .map(line => line.replace(/ +/g, ' '))

it('is read by tar with modes, owners, sizes and times', () => {
  const archive = tar(
    [
      { path: 'home/debian/.ssh/', mode: 0o700, uid: 1000, gid: 1000 },
      { path: 'etc/ssh/key', mode: 0o600, content: 'secret\n' },
    ],
    new Date('2026-01-02T03:04:05Z'),
  )
  expect(list(archive)).toEqual([
    'drwx------ 1000/1000 0 2026-01-02 03:04 home/debian/.ssh/',
    '-rw------- 0/0 7 2026-01-02 03:04 etc/ssh/key',
  ])
})

it('keeps content of any length whole, at the borders of a block too', () => {
  for (const length of [0, 1, 511, 512, 513, 10_000]) {
    const content = Buffer.alloc(length, 'x')
    const archive = tar([{ path: 'file', mode: 0o644, content }])
    expect(archive.length % 512).toBe(0)
    const unpacked = execFileSync('tar', ['-xOf', '-', 'file'], { input: archive })
    expect(unpacked.equals(content)).toBe(true)
  }
})

it('refuses a path that the form cannot hold', () => {
  expect(() => tar([{ path: 'x'.repeat(101), mode: 0o644, content: '' }])).toThrow('too long')
})
