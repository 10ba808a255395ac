/**
 * `source: upstream` and the mirror are served by the same roles: a second upstream of ours, with keys and an authority
 * of its own, stands in the lab's namespace under upstream's names. What a user would do for a private copy is done here:
 * hosts ask another DNS and trust another authority, and the inventory pins the other keys. Needs root; about 6 minutes.
 *
 *   npm run e2e:upstream
 */
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder } from '../engine/play/folders.ts'
import { readRecord } from '../engine/provider/lab/network-record.ts'
import { addressIn, switchNumber } from '../engine/provider/lab/subnet.ts'
import { buildMirror } from '../mirror/build-mirror.ts'
import { convergePlan } from './e2e/converge-plan.ts'
import { equal, figure, holds, proof, prove } from './e2e/proof.ts'
import { changedIds } from './e2e/run-playbook.ts'
import { scratchLab } from './e2e/scratch-lab.ts'
import { SmallLab, smallHosts } from './e2e/small-lab.ts'
import { type SecondUpstream, startSecondUpstream } from './second-upstream/second-upstream.ts'

const { cp, worker1 } = smallHosts
const hosts = { cp, worker1 }
const name = 'e2e-upstream'
/** Cluster alone: storage, the lab's own registry and what runs on them come from Debian and from us in either case. */
const inventory = {
  ...{ hosts, source: 'upstream' },
  groups: { cluster: { children: ['control-plane', 'workers'] }, storage: {}, registry: {} },
}
const vars = {
  ...{ manifests: { folders: [] }, images: { names: [] } },
  'control-plane': { ignorePreflightErrors: ['NumCPU'] },
}
const lab = await SmallLab.make({ name, inventory: { ...inventory, vars } })
let second: SecondUpstream | undefined

async function steps(): Promise<void> {
  await prove('blank hosts, and a second upstream in their network', async () => {
    const options = { cacheFolder: cacheFolder(), emit: () => undefined, signal: new AbortController().signal }
    await buildMirror(options)
    const { provider } = await scratchLab({ name, stateFolder: lab.stateFolder, hosts })
    await convergePlan(provider.create(), 'shared-first')
    const subnet = readRecord(join(lab.stateFolder, 'network.json'))?.subnet
    holds(subnet !== undefined, 'the lab has a network')
    const addresses = [addressIn(subnet, switchNumber), addressIn(subnet, switchNumber + 1)] as const
    second = await startSecondUpstream({
      ...{ lab: name, folder: join(lab.folder, 'second'), addresses },
      cacheFolder: cacheFolder(),
    })
  })
  holds(second !== undefined, 'the second upstream runs')
  const { address, ca, variables, requests } = second

  await prove('its users point their hosts to it and trust its authority', async () => {
    for (const host of Object.keys(hosts)) {
      await lab.on(
        host,
        `printf '%s' '${ca}' >/usr/local/share/ca-certificates/second.crt
update-ca-certificates >/dev/null 2>&1
echo 'nameserver ${address}' >/etc/resolv.conf
curl -sf -o /dev/null https://registry.k8s.io/v2/`,
      )
    }
    await lab.rewrite({ ...inventory, vars: { ...vars, upstream: variables } })
  })

  await prove('up installs all of it from there, and the nodes are ready', async () => {
    const authority = join(lab.folder, 'second.crt')
    await writeFile(authority, ca)
    const up = await lab.upWith({ NODE_EXTRA_CA_CERTS: authority })
    equal(up.exit, 0, 'exit status of up')
    figure('up from a second upstream', up.seconds / 60, { atMost: 15 }, 'min')
    const kubectl = 'kubectl --kubeconfig /etc/kubernetes/admin.conf'
    const ready = await lab.on('cp', `${kubectl} wait --for=condition=Ready node --all --timeout=60s | wc -l`)
    equal(ready.trim(), '2', 'ready nodes')
    const asked = await requests()
    for (const wanted of [/^pkgs\.k8s\.io .*kubelet_.*\.deb$/, /^download\.docker\.com .*containerd\.io_.*\.deb$/])
      holds(
        asked.some(line => wanted.test(line)),
        `${wanted} was fetched from it`,
      )
    for (const image of ['kube-apiserver', 'flannel-io/flannel'])
      holds(
        asked.some(line => line.includes(`/v2/${image}/manifests/`)),
        `image ${image} was pulled from it`,
      )
    equal((await readdir(lab.stateFolder)).includes('mirror'), false, 'that the mirror was served')
    const further = await lab.upWith({ NODE_EXTRA_CA_CERTS: authority })
    figure('changes of a further up', changedIds(further).length, { atMost: 0 }, 'changes')
  })
}

await proof('one set of roles for mirror and upstream', steps, async () => {
  await second?.end()
  await lab.end()
})
