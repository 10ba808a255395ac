/**
 * A control plane whose init is killed: after its certificates, when etcd runs, before it is marked, and with a key torn
 * in half; then a healthy one whose API is down, whose data must survive. Needs root; `npm run e2e:init`.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { labLayout } from '../engine/provider/lab/layout.ts'
import type { ResourceEnd } from '../engine/report/events.ts'
import { equal, holds, proof, prove } from './e2e/proof.ts'
import { type PlaybookResult, type RunningPlaybook, runPlaybook, startPlaybook } from './e2e/run-playbook.ts'
import { runOn } from './e2e/system-ssh.ts'

const lab = 'e2e-init'
const scratch = await mkdtemp(join(tmpdir(), 'andamio-init-'))
const env = { XDG_STATE_HOME: join(scratch, 'state') }
const inventory = join(scratch, 'lab.yaml')
const args = ['--inventory', inventory, '--yes']
const layout = labLayout(join(env.XDG_STATE_HOME, 'andamio', lab))
let address = ''

/** As root on the control plane. */
const onHost = (script: string): Promise<string> =>
  runOn(
    {
      is: 'running',
      address,
      endpoint: {
        address,
        port: 22,
        user: 'debian',
        identityFiles: [layout.loginKey],
        agent: false,
        knownHostsFile: layout.host('cp').knownHosts,
        hostKeyAlias: 'cp',
        jump: [],
      },
    },
    `sudo sh -eu <<'EOF'\n${script}\nEOF`,
    // An init takes minutes on a busy machine.
    600,
  )

const kubectl = 'kubectl --kubeconfig /etc/kubernetes/super-admin.conf --request-timeout=5s'
const changed = ({ events }: PlaybookResult): string[] =>
  events
    .filter((event): event is ResourceEnd => event.type === 'resource.end' && event.outcome === 'changed')
    .map(({ kind, changes }) => `${kind}: ${changes.map(({ attribute }) => attribute).join(', ')}`)

let underWay: RunningPlaybook | undefined

/** Runs `up`, and kills kubeadm on the host as soon as `moment` holds there. */
async function upUntil(moment: string, thenDo = ''): Promise<void> {
  const up = startPlaybook('up', args, env)
  underWay = up
  const ready = up.until(event => event.type === 'host.ready' && event.host === 'cp')
  const init = up.until(event => event.type === 'wait' && event.what === 'kubeadm init')
  const met = await ready
  if (met?.type === 'host.ready') address = met.address
  holds((await init) !== undefined, 'init begins')
  await onHost(`for try in $(seq 2500); do
  if ${moment}; then kill -9 $(pgrep -x kubeadm); ${thenDo || ':'}; exit 0; fi
  sleep 0.2
done
exit 1`)
  const { exit } = await up.done
  underWay = undefined
  equal(exit, 70, 'exit status of the run whose init was killed')
}

async function blankAgain(): Promise<void> {
  await onHost('kubeadm reset --force >/dev/null 2>&1; rm -rf /var/lib/andamio; ! [ -e /etc/kubernetes/admin.conf ]')
}

async function heals(): Promise<void> {
  const next = await runPlaybook('up', args, env)
  equal(next.exit, 0, 'exit status of the next up')
  holds(
    changed(next).some(change => change.startsWith('kubeadm-init')),
    'it finished the control plane',
  )
  const further = await runPlaybook('up', args, env)
  equal([further.exit, changed(further)], [0, []], 'a further up')
  await onHost('! [ -e /var/lib/andamio/init-begun ]')
}

async function steps(): Promise<void> {
  await prove('killed when the certificates are there', async () => {
    await upUntil('[ -e /etc/kubernetes/pki/ca.crt ]')
    await heals()
  })

  await prove('killed when etcd runs', async () => {
    await blankAgain()
    await upUntil('[ -e /var/lib/etcd/member/snap/db ]')
    await heals()
  })

  await prove('killed before the control plane is marked and can be joined', async () => {
    await blankAgain()
    await upUntil(`${kubectl} -n kube-system get configmap kubeadm-config >/dev/null 2>&1`)
    await heals()
  })

  await prove('what cannot be finished and never was is begun anew', async () => {
    await blankAgain()
    const key = '/etc/kubernetes/pki/apiserver.key'
    // An API server that has read its key already would go on with it.
    const tear = `head -c 100 ${key} >${key}.half; mv ${key}.half ${key}; kill -9 $(pgrep -x kube-apiserver) || :`
    await upUntil('[ -e /var/lib/etcd/member/snap/db ]', tear)
    const before = await onHost('sha256sum /etc/kubernetes/pki/ca.crt')
    await heals()
    holds((await onHost('sha256sum /etc/kubernetes/pki/ca.crt')) !== before, 'it is another cluster')
  })

  await prove('a healthy cluster whose API is down comes back with its data', async () => {
    await onHost(`${kubectl} create configmap precious --from-literal=a=b
systemctl stop kubelet
kill -9 $(pgrep -x kube-apiserver)
while pgrep -x kube-apiserver; do sleep 0.2; done`)
    const next = await runPlaybook('up', args, env)
    equal([next.exit, changed(next).filter(change => change.startsWith('kubeadm'))], [0, ['kubeadm-init: API']], 'up')
    await onHost(`${kubectl} get configmap precious >/dev/null`)
  })
}

const groups = ['control-plane', 'cluster', 'storage', 'registry']
await writeFile(
  inventory,
  stringify({
    lab,
    provider: 'local',
    source: 'mirror',
    hosts: { cp: { groups, memory: '3G', cpus: 1 } },
    groups: { workers: {} },
    vars: { 'control-plane': { ignorePreflightErrors: ['NumCPU'] }, manifests: { folders: [] } },
  }),
)
await proof('an init that is killed', steps, async () => {
  underWay?.kill('SIGKILL')
  await underWay?.done
  const down = await runPlaybook('down', args, env)
  equal(down.exit, 0, 'exit status of down')
  await rm(scratch, { recursive: true })
})
