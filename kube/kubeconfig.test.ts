import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Reach } from '../engine/resource/probe.ts'
import { type Answer, absent, present, unknown } from '../engine/resource/resource.ts'
import { readAdminConf } from './api/admin-conf.ts'
import { writeKubeconfig } from './kubeconfig.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'andamio-kubeconfig-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const base64 = (text: string): string => Buffer.from(text).toString('base64')
/** As kubeadm writes it. */
const adminConf = `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${base64('the CA')}
    server: https://10.0.0.10:6443
  name: lab
contexts:
- context:
    cluster: lab
    user: kubernetes-admin
  name: kubernetes-admin@lab
current-context: kubernetes-admin@lab
kind: Config
users:
- name: kubernetes-admin
  user:
    client-certificate-data: ${base64('the certificate')}
    client-key-data: ${base64('the key')}
`
const reach = (answer: Answer<string>, address = '198.51.100.7'): Reach => ({
  lab: 'lab',
  stateFolder: folder,
  hostsOf: () => ['cp'],
  addressOf: () => address,
  readOn: async () => answer,
  takesPart: () => true,
  tunnelTo: () => undefined,
  mayWrite: async () => undefined,
  waiting: () => undefined,
  signal: new AbortController().signal,
})

describe('the file', () => {
  test('names the lab, the address that is reached and the name that is proved; 0600 under any umask', async () => {
    const path = join(folder, 'kubeconfig')
    const before = process.umask(0)
    await writeKubeconfig(reach(present(adminConf)), path, 'Build it.').finally(() => process.umask(before))
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(parse(readFileSync(path, 'utf8'))).toMatchObject({
      'current-context': 'lab',
      clusters: [{ cluster: { server: 'https://198.51.100.7:6443', 'tls-server-name': 'kubernetes' } }],
    })
    expect(readAdminConf(readFileSync(path, 'utf8'))).toEqual({ ...readAdminConf(adminConf), clusterName: 'lab' })
  })

  test('is written over when it is ours, whatever the cluster is by now', async () => {
    const path = join(folder, 'kubeconfig')
    await writeKubeconfig(reach(present(adminConf)), path, 'Build it.')
    await writeKubeconfig(reach(present(adminConf), '2001:db8::7'), path, 'Build it.')
    expect(readFileSync(path, 'utf8')).toContain('https://[2001:db8::7]:6443')
  })

  test.each([
    ["an operator's own", adminConf, "That file is a kubeconfig, and none of this lab's"],
    ['one in JSON', JSON.stringify(parse(adminConf)), "That file is a kubeconfig, and none of this lab's"],
    ["another lab's", '# Written by andamio for the lab "labs"; ...\n', 'That file is the kubeconfig of the lab labs'],
    ['what is none', 'hello\n', 'That file is there already, and is no kubeconfig'],
  ])('%s is left as it is, and called what it is', async (_, text, what) => {
    const path = join(folder, 'config')
    writeFileSync(path, text)
    await expect(writeKubeconfig(reach(present(adminConf)), path, 'Build it.')).rejects.toMatchObject({
      failure: { code: 'kubeconfig-not-ours', message: `${what}, and it was left as it is`, place: path },
    })
    expect(readFileSync(path, 'utf8')).toBe(text)
  })
})

test.each([
  ['there is no cluster', absent, 69],
  ['its host is silent', unknown('no answer'), 69],
  ['its admin.conf was written by half', present('apiVersion: v1\nclusters:\n- cluster:\n    server: https://'), 69],
])('nothing is written when %s', async (_, answer, exit) => {
  const path = join(folder, 'kubeconfig')
  await expect(writeKubeconfig(reach(answer), path, 'Build it.')).rejects.toMatchObject({
    failure: { code: 'no-cluster', next: 'Build it.' },
    exit,
  })
  expect(() => statSync(path)).toThrow()
})
