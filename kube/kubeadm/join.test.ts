import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { makeAuthority } from '../../engine/pki/x509.ts'
import { Late } from '../../engine/resource/late.ts'
import { absent, present, unknown } from '../../engine/resource/resource.ts'
import { caHash, fingerprint } from './certificate.ts'
import { judgeWorker, kubeadmJoin, type Worker } from './join.ts'
import { type JoinEvidence, joinScript, readJoinEvidence } from './join-evidence.ts'
import { useNodeRoot, write } from './node-root-fixture.ts'
import { nodePaths } from './paths.ts'

const authority = await makeAuthority('kubernetes', 1)
const ca = fingerprint(authority.certificate)
const machineId = '0123456789abcdef0123456789abcdef'

const blank: JoinEvidence = { machineId, kubeletConf: false, leftovers: false, ca: null, kubelet: 'inactive' }
const joined: JoinEvidence = { machineId, kubeletConf: true, leftovers: true, ca, kubelet: 'active' }
const node = { uid: '1', machineId, ready: true, why: '', cordoned: false }
const member: Worker = { ...joined, clusterCa: ca, node }

const wish = {
  lab: 'lab',
  host: 'worker1',
  address: new Late('address of worker1', () => '10.0.0.11'),
  own: new Late('addresses of worker1', () => ['192.0.2.7', '10.0.0.11']),
  apiAddress: new Late('address of cp', () => '10.0.0.10'),
}
const never = { change: () => false }
const changes = (worker: Worker, takeOver = false) =>
  kubeadmJoin({ ...wish, takeOver })
    .diff(present(worker), never)
    .map(({ attribute, before }) => `${attribute}: ${before}`)
const refusal = (worker: Worker, takeOver = false) =>
  kubeadmJoin({ ...wish, takeOver }).refuse?.(present(worker), never)?.code

test('the hash of the CA is the one that openssl makes of its public key', () => {
  const der = execFileSync('openssl', ['x509', '-pubkey', '-noout'], { input: authority.certificate })
  const spki = execFileSync('openssl', ['pkey', '-pubin', '-outform', 'der'], { input: der })
  const sum = execFileSync('sha256sum', { input: spki, encoding: 'utf8' }).split(' ')[0]
  expect(caHash(authority.certificate)).toBe(`sha256:${sum}`)
})

const root = useNodeRoot()

describe.each(['dash', 'bash'])('the evidence on disk, read by %s', shell => {
  const look = (files: (paths: ReturnType<typeof nodePaths>) => Record<string, string>): JoinEvidence => {
    const paths = nodePaths(root())
    const all = { [paths.machineId]: `${machineId}\n`, ...files(paths) }
    for (const [path, content] of Object.entries(all)) write(path, content)
    return readJoinEvidence(execFileSync(shell, ['-c', joinScript(paths)], { encoding: 'utf8' }))
  }

  test('a blank host shows its machine-id', () => {
    expect(look(() => ({}))).toMatchObject({ machineId, kubeletConf: false, leftovers: false, ca: null })
  })

  test('a joined one shows whose it is', () => {
    const seen = look(({ kubeletConf, ca: file }) => ({ [kubeletConf]: 'x', [file]: authority.certificate }))
    expect(seen).toMatchObject({ kubeletConf: true, leftovers: true, ca })
  })

  test('where ca.crt is gone, kubelet.conf still says it', () => {
    const data = Buffer.from(authority.certificate).toString('base64')
    const seen = look(({ kubeletConf }) => ({
      [kubeletConf]: `clusters:\n- cluster:\n    certificate-authority-data: ${data}\n`,
    }))
    expect(seen).toMatchObject({ ca, leftovers: false })
  })

  test('a join cut short shows what it left', () => {
    expect(look(({ bootstrapConf }) => ({ [bootstrapConf]: 'x' }))).toMatchObject({
      kubeletConf: false,
      leftovers: true,
    })
  })
})

describe('judging', () => {
  test('no answer of the cluster is never "the node is not there"', () => {
    expect(judgeWorker(present(joined), unknown('refused')).is).toBe('unknown')
  })

  test('a blank host is absent, and while there is no cluster too', () => {
    expect(judgeWorker(present(blank), present({ ca, node: null })).is).toBe('absent')
    expect(judgeWorker(present(blank), absent).is).toBe('absent')
  })
})

describe('the difference', () => {
  test.each<[string, Worker, readonly string[]]>([
    ['a ready node with this machine-id is in', member, []],
    [
      'its kubelet is down',
      { ...member, kubelet: 'failed', node: { ...node, ready: false } },
      ['kubelet: failed', 'node: not ready'],
    ],
    ['it was drained', { ...member, node: { ...node, cordoned: true } }, ['scheduling: cordoned']],
    ['the API knows no such node', { ...member, node: null }, ['node: joined by half']],
    ['a join was cut short', { ...member, kubeletConf: false, node: null }, ['node: joined by half']],
    [
      'the host was reset by hand',
      { ...member, kubeletConf: false, leftovers: false, ca: null },
      ['node: without its kubelet'],
    ],
    [
      'the host was made anew',
      { ...member, ...blank, node: { ...node, machineId: 'f', ready: false } },
      ['node: a machine that is gone'],
    ],
  ])('%s', (_, worker, expected) => {
    expect(changes(worker)).toEqual(expected)
  })

  test("another cluster's node is refused with the way out, unless it is taken over", () => {
    const foreign: Worker = { ...member, ca: 'AB:CD' }
    expect(refusal(foreign)).toBe('foreign-cluster')
    expect(refusal({ ...foreign, clusterCa: null, node: null })).toBe('foreign-cluster')
    expect(refusal(foreign, true)).toBeUndefined()
    expect(changes(foreign)).toEqual(['cluster: another'])
  })

  test('a living machine of the same name is refused, also by a blank host, and no flag helps', () => {
    const twin: Worker = { ...member, ...blank, node: { ...node, machineId: 'f' } }
    expect(refusal(twin)).toBe('duplicate-node')
    expect(refusal(twin, true)).toBe('duplicate-node')
    expect(changes(twin)).toEqual(['node: a machine that is gone'])
  })

  test('a machine of that name that is gone is no reason to refuse, nor is a host that is only half joined', () => {
    expect(refusal({ ...member, ...blank, node: { ...node, machineId: 'f', ready: false } })).toBeUndefined()
    expect(refusal({ ...member, kubeletConf: false, node: null })).toBeUndefined()
  })
})
