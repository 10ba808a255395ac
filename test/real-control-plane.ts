import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../engine/connection/testing/sshd.ts'
import { cacheFolder } from '../engine/play/folders.ts'
import type { Emit } from '../engine/report/events.ts'
import { versions } from '../kube/versions.ts'
import { buildMirror } from '../mirror/build-mirror.ts'
import { etcdPrograms, kubernetesPrograms } from '../mirror/go-modules.ts'
import { folderOf } from '../mirror/step-key.ts'
import { say } from './e2e/proof.ts'

/** A real etcd and kube-apiserver on loopback, with the certificates and admin.conf that kubeadm makes. */
export interface ControlPlane {
  readonly folder: string
  readonly adminConf: string
  /** Stops and starts the API server, as a crash would. */
  restartApi(): Promise<void>
  stopApi(): Promise<void>
  stop(): Promise<void>
}

/** Kept for documentation: nothing answers there, and kubeadm refuses loopback. The API is reached by its certificate's name. */
const advertiseAddress = '192.0.2.1'

/** The mirror's, which builds them where it has not yet: by name, where each is. */
async function builtPrograms(): Promise<(name: string) => string> {
  const steps = [kubernetesPrograms, etcdPrograms]
  const emit: Emit = event => event.type === 'notice' && say(event.text)
  await buildMirror({ cacheFolder: cacheFolder(), signal: new AbortController().signal, emit }, steps)
  const folders = await Promise.all(steps.map(step => folderOf(cacheFolder(), step)))
  return name => {
    const found = folders.map(folder => join(folder, name)).find(existsSync)
    if (found === undefined) throw new Error(`the mirror builds no ${name}`)
    return found
  }
}

export async function startControlPlane(clusterName: string): Promise<ControlPlane> {
  const program = await builtPrograms()
  const folder = mkdtempSync(join(tmpdir(), 'andamio-api-'))
  const pki = join(folder, 'pki')
  const [client, peer, port] = await Promise.all([freePort(), freePort(), freePort()])
  const config = join(folder, 'kubeadm.yaml')
  const kubeadmConfig = [
    {
      apiVersion: 'kubeadm.k8s.io/v1beta4',
      kind: 'InitConfiguration',
      localAPIEndpoint: { advertiseAddress, bindPort: port },
    },
    {
      apiVersion: 'kubeadm.k8s.io/v1beta4',
      kind: 'ClusterConfiguration',
      clusterName,
      certificatesDir: pki,
      kubernetesVersion: `v${versions.kubernetes.version}`,
    },
  ]
  writeFileSync(config, kubeadmConfig.map(part => JSON.stringify(part)).join('\n---\n'))
  const kubeadm = (...words: string[]) =>
    execFileSync(program('kubeadm'), ['init', 'phase', ...words, '--config', config], { stdio: 'pipe' })
  const run = (name: string, args: readonly string[]): ChildProcess => {
    const log = openSync(join(folder, `${name}.log`), 'a')
    return spawn(program(name), args, { stdio: ['ignore', log, log] })
  }
  kubeadm('certs', 'all')
  kubeadm('kubeconfig', 'admin', '--kubeconfig-dir', folder)
  kubeadm('kubeconfig', 'super-admin', '--kubeconfig-dir', folder)

  const etcd = run('etcd', [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=http://127.0.0.1:${client}`,
    `--advertise-client-urls=http://127.0.0.1:${client}`,
    `--listen-peer-urls=http://127.0.0.1:${peer}`,
    '--unsafe-no-fsync',
  ])
  const startApi = (): ChildProcess =>
    run('kube-apiserver', [
      `--etcd-servers=http://127.0.0.1:${client}`,
      '--bind-address=127.0.0.1',
      `--advertise-address=${advertiseAddress}`,
      `--secure-port=${port}`,
      `--client-ca-file=${join(pki, 'ca.crt')}`,
      `--tls-cert-file=${join(pki, 'apiserver.crt')}`,
      `--tls-private-key-file=${join(pki, 'apiserver.key')}`,
      `--service-account-key-file=${join(pki, 'sa.pub')}`,
      `--service-account-signing-key-file=${join(pki, 'sa.key')}`,
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      '--service-cluster-ip-range=10.96.0.0/16',
      '--authorization-mode=Node,RBAC',
      '--enable-bootstrap-token-auth=true',
      '--disable-admission-plugins=ServiceAccount',
    ])
  let api = startApi()
  return {
    folder,
    // The group of admin.conf is bound to its rights by a later phase of kubeadm; super-admin.conf needs none.
    adminConf: readFileSync(join(folder, 'super-admin.conf'), 'utf8'),
    stopApi: () => end(api),
    restartApi: async () => {
      await end(api)
      api = startApi()
    },
    stop: async () => {
      await end(api)
      await end(etcd)
      rmSync(folder, { recursive: true })
    },
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise(resolve => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
}
