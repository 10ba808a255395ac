import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { quote } from '../../engine/shell/quote.ts'
import { snapshotScript } from './init-scripts.ts'
import { nodePaths } from './paths.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'andamio-snapshot-'))
  mkdirSync(nodePaths(root).etcdMember, { recursive: true })
  writeFileSync(join(nodePaths(root).etcdMember, 'wal'), 'the log')
  copyFileSync('/bin/sleep', join(root, 'etcd'))
  execFileSync('chmod', ['755', join(root, 'etcd')])
})
afterEach(() => rmSync(root, { recursive: true }))

/** In a world of its own, where the only process called etcd is ours. */
const inOwnWorld = (shell: string, then: string): string[] => {
  const copying = `set -eu\n${snapshotScript(nodePaths(root), join(root, 'backups'))}`
  const script = `
${quote(join(root, 'etcd'))} 600 & etcd=$!
until_etcd() { n=0; until grep -q "^State:.[$1]" /proc/$etcd/status; do
  n=$((n + 1)); [ $n -lt 400 ] || { echo "etcd never came to $1"; exit 1; }; sleep 0.05
done; }
until_etcd S
setsid ${shell} -c ${quote(copying)} & copy=$!
${then}`
  const world = ['--pid', '--fork', '--kill-child', '--mount-proc', 'timeout', '60', 'sh', '-c', script]
  return execFileSync('unshare', world, { encoding: 'utf8' }).trim().split('\n')
}

describe.each(['dash', 'bash'])("a copy of etcd's data, made by %s", shell => {
  test('holds the data, and etcd runs on', () => {
    const [copy = ''] = inOwnWorld(shell, 'wait $copy; until_etcd S')
    expect(execFileSync('tar', ['-xzOf', copy, 'member/wal'], { encoding: 'utf8' })).toBe('the log')
  })

  test.each(['TERM', 'HUP', 'KILL'])('that is ended half way by %s lets etcd run on', signal => {
    truncateSync(join(nodePaths(root).etcdMember, 'wal'), 2 ** 40) // nobody copies that before the signal comes
    // A signal in the very moment in which the shell begins tar would reach the shell alone, which waits for tar.
    const packing = 'until grep -qsx gzip /proc/[0-9]*/comm; do sleep 0.05; done'
    const ending = `/bin/kill -${signal} -- -$copy; wait $copy || echo $?; until_etcd S; echo runs`
    expect(inOwnWorld(shell, `until_etcd T; ${packing}; ${ending}`)).toEqual([
      signal === 'KILL' ? '137' : '143',
      'runs',
    ])
  })
})
