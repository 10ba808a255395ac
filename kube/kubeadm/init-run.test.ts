import { expect, test } from 'vitest'
import { AndamioError } from '../../engine/errors.ts'
import type { HostWriter, RunOptions } from '../../engine/resource/host.ts'
import { runInit } from './init-run.ts'
import { nodePaths } from './paths.ts'

const certs = '[certs] Generating "ca" certificate and key'
/** As kubeadm prints it; of these one line is a step. */
const printed = [
  'W1121 19:30:27.000000     812 version.go:109] could not fetch a version',
  certs,
  '\t[WARNING Swap]: on',
  '',
]

/** A host whose `kubeadm init` ends as told, run after run; '' is well. */
function hostOf(...ends: string[]): { readonly host: HostWriter; readonly waits: string[] } {
  const waits: string[] = []
  const host: Partial<HostWriter> = {
    waiting: (what, _, detail) => waits.push(detail ? `${what}: ${detail}` : what),
    run: async (_: string, { what, stdin, onStderrLine }: RunOptions) => {
      expect([what, stdin]).toEqual(['kubeadm init', 'config'])
      const end = ends.shift()
      for (const line of end === undefined ? [] : printed) onStderrLine?.(line)
      if (end === undefined) throw new TypeError('it is run once too often')
      if (end !== '') throw new AndamioError({ code: 'command-failed', message: 'failed', stderr: end.split('\n') })
      return ''
    },
  }
  return { host: host as HostWriter, waits }
}

const run = (host: HostWriter): Promise<void> => runInit(host, nodePaths(), 'config')
const refused = `error: error execution phase addon/coredns: couldn't retrieve DNS addon deployments: Get
"https://10.0.0.10:6443/apis/apps/v1/namespaces/kube-system/deployments": dial tcp 10.0.0.10:6443: connect: connection refused
To see the stack trace of this error execute with --v=5 or higher`

test('an API that goes away in the middle is met by another run, said so', async () => {
  const { host, waits } = hostOf(refused, '')
  await run(host)
  const again = 'kubeadm init: once more: the API went away in the middle'
  expect(waits).toEqual(['kubeadm init', `kubeadm init: ${certs}`, again, `${again}; ${certs}`])
})

test('but by one only', async () => {
  await expect(run(hostOf(refused, refused).host)).rejects.toMatchObject({ failure: { code: 'command-failed' } })
})

test('any other failure is told at once', async () => {
  const other = 'error: [ERROR Port-10250]: Port 10250 is in use'
  await expect(run(hostOf(other).host)).rejects.toMatchObject({ failure: { stderr: [other] } })
})
