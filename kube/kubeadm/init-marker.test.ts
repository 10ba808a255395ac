import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { evidenceScript, readEvidence } from './init-evidence.ts'
import { initScript } from './init-scripts.ts'
import { useNodeRoot, write } from './node-root-fixture.ts'
import { nodePaths } from './paths.ts'

const root = useNodeRoot()

describe.each(['dash', 'bash'])('the script that runs init, in %s', shell => {
  /** A kubeadm that notes how it was called and ends as told. */
  function runInit(status: number): string {
    const bin = join(root(), 'bin')
    write(join(bin, 'kubeadm'), `#!/bin/sh\nprintf '%s\\n' "$*" >>${root()}/calls\nexit ${status}\n`)
    execFileSync('chmod', ['+x', join(bin, 'kubeadm')])
    const script = `set -eu\n${initScript(nodePaths(root()))}`
    const env = { PATH: `${bin}:${process.env.PATH}` }
    try {
      execFileSync(shell, ['-c', script], { input: 'config', env, stdio: 'pipe' })
      return 'done'
    } catch {
      return 'failed'
    }
  }
  const calls = () =>
    execFileSync('cat', [join(root(), 'calls')], { encoding: 'utf8' })
      .trim()
      .split('\n')
  const marked = () => readEvidence(execFileSync('sh', ['-c', evidenceScript(nodePaths(root()))]).toString()).begun

  test('on a blank host no check is off, and the marker goes with success', () => {
    write(`${nodePaths(root()).manifests}/.kubelet-keep`) // the kubelet's package brings it
    expect(runInit(0)).toBe('done')
    expect(calls()[0]).toMatch(/--ignore-preflight-errors=none$/)
    expect(marked()).toBe(false)
  })

  test('what was cut short is finished with the checks off that it fails by itself', () => {
    write(`${nodePaths(root()).manifests}/.kubelet-keep`)
    expect(runInit(1)).toBe('failed')
    expect(marked()).toBe(true)
    expect(runInit(0)).toBe('done')
    expect(calls()[1]).toContain('DirAvailable--var-lib-etcd')
    expect(marked()).toBe(false)
  })

  test('a control plane that we did not begin gets no marker, so it is never reset for one', () => {
    write(`${nodePaths(root()).etcdMember}/wal`)
    expect(runInit(1)).toBe('failed')
    expect(marked()).toBe(false)
  })
})
