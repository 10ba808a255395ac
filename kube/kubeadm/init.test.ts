import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { AndamioError } from '../../engine/errors.ts'
import type { HostWriter, RunOptions } from '../../engine/resource/host.ts'
import { Late } from '../../engine/resource/late.ts'
import { absent, present, unknown } from '../../engine/resource/resource.ts'
import { type ControlPlane, judge, kubeadmInit } from './init.ts'
import { evidenceScript, type InitEvidence, mayReset, readEvidence } from './init-evidence.ts'
import { useNodeRoot, write } from './node-root-fixture.ts'
import { nodePaths } from './paths.ts'

const root = useNodeRoot()

const conf = (cluster: string, user = '') =>
  `apiVersion: v1\nclusters:\n- cluster:\n    server: https://10.0.0.10:6443\n  name: ${cluster}\ncontexts:\n- context: {}\n  name: me@${cluster}\n${user}`

const nothing: InitEvidence = {
  cluster: null,
  adminConf: false,
  begun: false,
  finalized: false,
  manifests: false,
  etcdMember: false,
  listening: false,
}
const whole: InitEvidence = {
  cluster: 'lab',
  adminConf: true,
  begun: false,
  finalized: true,
  manifests: true,
  etcdMember: true,
  listening: true,
}

describe.each(['dash', 'bash'])('the evidence on disk, read by %s', shell => {
  const look = () => readEvidence(execFileSync(shell, ['-c', evidenceScript(nodePaths(root()))], { encoding: 'utf8' }))

  test('a blank host shows nothing', () => {
    expect(look()).toEqual(nothing)
  })

  test('a whole control plane shows everything', () => {
    const paths = nodePaths(root())
    write(paths.adminConf, conf('lab'))
    write(paths.kubeletConf, conf('lab', '    client-certificate: /var/lib/kubelet/pki/kubelet-client-current.pem\n'))
    write(`${paths.manifests}/etcd.yaml`)
    write(`${paths.etcdMember}/wal`)
    write(`${paths.listening}/tcp`)
    write(
      `${paths.listening}/tcp6`,
      '   0: 00000000000000000000000000000000:192B 00000000000000000000000000000000:0000 0A 0\n',
    )
    expect(look()).toEqual(whole)
  })

  test('a connection to port 6443 elsewhere is no listener here', () => {
    write(
      `${nodePaths(root()).listening}/tcp`,
      '   0: 0A00370A:C350 0B00370A:192B 01 0\n   1: 0A00370A:192B 0B00370A:C350 01 0\n',
    )
    expect(look().listening).toBe(false)
  })

  test('a half-written admin.conf is there, and names no cluster', () => {
    write(nodePaths(root()).adminConf, 'apiVersion: v1\nclu')
    expect(look()).toEqual({ ...nothing, adminConf: true })
  })

  test("a worker's kubelet.conf names the cluster as the kubelet wrote it", () => {
    write(nodePaths(root()).kubeletConf, conf('default-cluster'))
    expect(look().cluster).toBe('default-cluster')
  })
})

describe('judging', () => {
  const answering = present({ failing: [], missing: [] })

  test('ready, when the API says so and nothing lacks', () => {
    expect(judge(present(whole), answering, 'cp')).toEqual(present({ ...whole, api: 'ready', lacking: [] }))
  })

  test('an API that answers the host but not us is unknown, never down', () => {
    expect(judge(present(whole), unknown('timed out'), 'cp').is).toBe('unknown')
  })

  test('only that nothing listens says that the API is down', () => {
    const answer = judge(present({ ...whole, listening: false }), unknown('refused'), 'cp')
    expect(answer).toMatchObject({ state: { api: 'down' } })
  })

  test('a host that is not known makes all of it unknown', () => {
    expect(judge(unknown('silent'), answering, 'cp').is).toBe('unknown')
  })
})

describe('what may be reset', () => {
  test.each([
    ['no member', { ...whole, etcdMember: false }, true],
    ['begun by us and never finished', { ...whole, begun: true, finalized: false }, true],
    ['a marker left behind on a finished one', { ...whole, begun: true }, false],
    ['a kubelet.conf made anew by hand', { ...whole, finalized: false }, false],
    ['a healthy one', whole, false],
  ])('%s', (_, evidence, may) => {
    expect(mayReset(evidence)).toBe(may)
  })
})

const never = { change: () => false }
const cluster = { lab: 'lab', podSubnet: '10.244.0.0/16', certSANs: ['cp'], ignorePreflightErrors: [] }
const own = new Late('addresses of cp', () => ['10.0.0.10'])
const wish = { ...cluster, host: 'cp', address: new Late('address of cp', () => '10.0.0.10'), own, takeOver: false }

describe('the difference', () => {
  const resource = kubeadmInit(wish)
  const state: ControlPlane = { ...whole, api: 'ready', lacking: [] }

  test('a ready one differs in nothing', () => {
    expect(resource.diff(present(state), never)).toEqual([])
  })

  test.each([
    ['init', { ...state, begun: true }],
    ['init', { ...state, finalized: false }],
    ['API', { ...state, api: 'not ready' as const }],
    ['CoreDNS', { ...state, lacking: ['CoreDNS'] }],
  ])('%s', (attribute, is) => {
    expect(resource.diff(present(is), never)).toMatchObject([{ attribute }])
  })

  test("another cluster's host is refused, unless it is taken over", () => {
    const foreign = present({ ...state, cluster: 'kubernetes' })
    expect(resource.refuse?.(foreign, never)).toMatchObject({ code: 'foreign-cluster' })
    expect(resource.refuse?.(present({ ...state, api: 'down' }), never)).toBeUndefined()
    expect(kubeadmInit({ ...wish, takeOver: true }).refuse?.(foreign, never)).toBeUndefined()
    expect(resource.diff(foreign, never)).toEqual([{ attribute: 'cluster', before: 'kubernetes', after: 'lab' }])
  })
})

describe('applying', () => {
  /** A host that answers scripts in the given order, and fails on any other. */
  function strictHost(expected: readonly { what: string; gives: string | Error }[]) {
    const left = [...expected]
    const host: Partial<HostWriter> = {
      host: 'cp',
      waiting: () => undefined,
      run: async (_: string, { what }: RunOptions) => {
        const next = left.shift()
        if (next?.what !== what) throw new TypeError(`unexpected: ${what}, not ${next?.what}`)
        if (next.gives instanceof Error) throw next.gives
        return next.gives
      },
    }
    return { host: host as HostWriter, left }
  }
  const failed = new AndamioError({ code: 'command-failed', message: 'kubeadm init failed on cp' })
  const resource = kubeadmInit(wish)

  test('what may hold data is copied and refused, with both ways out', async () => {
    const { host, left } = strictHost([
      { what: 'kubeadm init', gives: failed },
      { what: 'look how far init came', gives: 'adminConf\netcdMember\ncluster lab' },
      { what: "copy etcd's data", gives: '/var/backups/andamio/etcd-1.tar.gz' },
    ])
    const is = present({ ...whole, finalized: false, api: 'down' as const, lacking: [] })
    await expect(resource.apply(host, is)).rejects.toMatchObject({
      failure: {
        code: 'control-plane-down',
        next: expect.stringMatching(/etcd-1\.tar\.gz on cp.*--take-over cp/),
      },
    })
    expect(left).toEqual([])
  })

  test('a run that may not act any more tells nothing of the control plane, whatever may be reset', async () => {
    const refused = new AndamioError({ code: 'lease-failed', message: 'the disk is full' })
    const { host } = strictHost([{ what: 'kubeadm init', gives: refused }])
    const is = present({ ...whole, finalized: false, api: 'down' as const, lacking: [] })
    await expect(resource.apply(host, is)).rejects.toBe(refused)
  })

  test('a first init that fails is not reset in the same run', async () => {
    const { host, left } = strictHost([{ what: 'kubeadm init', gives: failed }])
    await expect(resource.apply(host, absent)).rejects.toThrow('kubeadm init failed')
    expect(left).toEqual([])
  })

  test('one of ours that never finished and cannot be finished is reset and begun anew', async () => {
    const { host, left } = strictHost([
      { what: 'kubeadm init', gives: failed },
      { what: 'look how far init came', gives: 'adminConf\nbegun\netcdMember\ncluster lab' },
      { what: 'kubeadm reset', gives: '' },
      { what: 'kubeadm init', gives: new Error('the second init is under way') },
    ])
    const is = present({ ...whole, begun: true, finalized: false, api: 'down' as const, lacking: [] })
    await expect(resource.apply(host, is)).rejects.toThrow('the second init is under way')
    expect(left).toEqual([])
  })
})
