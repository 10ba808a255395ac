// Boots a storage host and a node, foretells what the roles will change on them, plays the roles, and looks at what came
// of it: nothing changes twice, exports and images reach the node.   npm run e2e:roles   (needs root and a built mirror)
import { readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { connectSsh } from '../engine/connection/ssh.ts'
import { KeyRing } from '../engine/connection/ssh-keys.ts'
import type { LabHosts } from '../engine/inventory/lab.ts'
import { cacheFolder } from '../engine/play/folders.ts'
import { playRoles } from '../engine/play/play-roles.ts'
import { Run } from '../engine/play/run.ts'
import type { Event } from '../engine/report/events.ts'
import { imageContext } from '../kube/images/context.ts'
import { imageReference } from '../kube/images/image.ts'
import { openRegistryIdentity } from '../kube/registry/identity.ts'
import type { AptOrigin, Source } from '../kube/source.ts'
import { apt, aptPaths } from '../mirror/apt.ts'
import { aptKeys, publicKeyFile, type Vendor } from '../mirror/apt-keys.ts'
import { folderOf } from '../mirror/step-key.ts'
import { base } from '../roles/base/role.ts'
import { containerd } from '../roles/containerd/role.ts'
import { images } from '../roles/images/role.ts'
import { kubernetes } from '../roles/kubernetes/role.ts'
import { nfsClient } from '../roles/nfs-client/role.ts'
import { nfsServer } from '../roles/nfs-server/role.ts'
import { registry } from '../roles/registry/role.ts'
import { convergePlan } from './e2e/converge-plan.ts'
import { killHost } from './e2e/local-lab.ts'
import { equal, figure, holds, proof, prove, say } from './e2e/proof.ts'
import { type ScratchLab, scratchLab, scratchState } from './e2e/scratch-lab.ts'
import { serveFolder } from './e2e/static-files.ts'

const name = 'roles'
const stateFolder = scratchState(name)
const lab: LabHosts = {
  name,
  file: 'none',
  provider: 'local',
  settings: {},
  source: 'mirror',
  hosts: [
    { name: 'nfs', groups: ['all', 'storage', 'registry'], size: {}, vars: {} },
    { name: 'worker1', groups: ['all', 'cluster', 'workers'], size: {}, vars: {} },
  ],
  groups: new Map([
    ['all', ['nfs', 'worker1']],
    ['storage', ['nfs']],
    ['registry', ['nfs']],
    ['cluster', ['worker1']],
    ['workers', ['worker1']],
  ]),
  selected: ['nfs', 'worker1'],
  vars: {},
}
const rolesOf = {
  nfs: [base, nfsServer, registry],
  worker1: [base, containerd, kubernetes, nfsClient],
}

let scratch: ScratchLab
let source: Source
let repositories: Awaited<ReturnType<typeof serveFolder>>
let address = ''

/** One run over both hosts, then over the registry: what changed or would, by name, and what it took. */
async function play(check: boolean, only: readonly (keyof typeof rolesOf)[] = ['nfs', 'worker1']) {
  const events: Event[] = []
  const run = new Run({
    options: { playbook: 'roles', check, forks: 5, yes: true },
    lab,
    provider: scratch.provider,
    stateFolder,
    emit: event => {
      events.push({ ...event, at: '' } as Event)
      if (event.type === 'wait') say(`${event.host}: waiting for ${event.what}`)
      if (event.type === 'resource.end' && !['ok', 'would-change'].includes(event.outcome)) {
        say(`${event.host}: ${event.outcome} ${event.kind} ${event.id} (${event.seconds.toFixed(1)} s)`)
      }
    },
    signal: new AbortController().signal,
    connect: (host, { endpoint }) =>
      connectSsh(host, endpoint, {
        keys: new KeyRing(async () => undefined),
        acceptNewHostKeys: false,
        patienceSeconds: 30,
        onRetry: () => undefined,
      }),
  })
  await run.find()
  run.tell('source', source)
  run.tell('registry', await openRegistryIdentity(stateFolder, name, address))
  await Promise.all(only.map(host => playRoles(run, 'prepare', host, true, rolesOf[host])))
  if (run.failures.size === 0) await playRoles(run, 'push', 'nfs', true, [images])
  const roundTrips = await run.roundTrips()
  await run.close()
  const ends = events.filter(event => event.type === 'resource.end')
  const failed = ends.find(({ failure }) => failure)
  if (failed) throw new Error(JSON.stringify(failed.failure, undefined, 2))
  const told = ends
    .filter(({ outcome }) => outcome !== 'ok')
    .flatMap(({ host, kind, id, changes }) => changes.map(({ attribute }) => `${host} ${kind} ${id}: ${attribute}`))
  return { told: told.sort(), unknown: ends.filter(({ outcome }) => outcome === 'unknown'), roundTrips }
}

async function on(host: 'nfs' | 'worker1', script: string): Promise<string> {
  const found = (await scratch.provider.find()).get(host)
  if (found?.is !== 'running') throw new Error(`${host} does not run`)
  const connection = await connectSsh(host, found.endpoint, {
    keys: new KeyRing(async () => undefined),
    acceptNewHostKeys: false,
    patienceSeconds: 30,
    onRetry: () => undefined,
  })
  try {
    const { code, stdout, stderr } = await connection.exec('sh -eus', { stdin: script, timeoutSeconds: 120 })
    holds(code === 0, `${script} succeeds on ${host}: ${stdout}${stderr}`)
    return stdout.toString().trimEnd()
  } finally {
    await connection.close()
  }
}

async function origin(vendor: Vendor, url: string): Promise<AptOrigin> {
  const folder = await folderOf(cacheFolder(), aptKeys)
  const pinned = JSON.parse(await readFile(join(folder, 'fingerprints.json'), 'utf8'))
  return { url, key: await readFile(join(folder, publicKeyFile(vendor)), 'utf8'), fingerprint: pinned[vendor] }
}

/** The address of this machine as the lab's hosts see it, and the mirror's repositories served there. */
async function serve(): Promise<void> {
  const found = (await scratch.provider.find()).get('nfs')
  if (found?.is !== 'running') throw new Error('nfs does not run')
  address = found.address
  repositories = await serveFolder(await folderOf(cacheFolder(), apt), address.replace(/\d+$/, '1'))
  const base = (path: string, layout: string) => `${repositories.url}/${path.slice(0, path.indexOf(layout) - 1)}`
  source = {
    kubernetes: await origin('kubernetes', base(aptPaths.kubernetes, 'core:')),
    docker: await origin('docker', base(aptPaths.docker, 'linux/')),
    mirrors: {},
  }
}

async function steps(): Promise<void> {
  let foretold: readonly string[] = []

  await prove('two blank hosts boot', async () => {
    const hosts = { nfs: { memory: '1G', cpus: 1 }, worker1: { memory: '2G', cpus: 1 } }
    scratch = await scratchLab({ name, stateFolder, hosts })
    await scratch.provider.preflight()
    await convergePlan(scratch.provider.create(), 'shared-first')
    await serve()
  })

  await prove('a dry run foretells everything and leaves nothing unknown', async () => {
    const { told, unknown } = await play(true)
    equal(unknown.length, 0, 'unknown resources')
    holds(told.length > 40, `much is to change: ${told.length}`)
    foretold = told
  })

  await prove('what changes is what was foretold', async () => {
    const began = performance.now()
    const { told } = await play(false)
    figure('roles on two blank hosts', (performance.now() - began) / 1000, { atMost: 300 }, 's')
    equal(
      told.filter(change => !foretold.includes(change)),
      [],
      'changes that were not foretold',
    )
    equal(
      foretold.filter(change => !told.includes(change)),
      [],
      'foretold changes that did not come',
    )
  })

  await prove('a second run changes nothing', async () => {
    const { told, roundTrips } = await play(false)
    equal(told, [], 'changes')
    // Facts and one batch a host, and one look into the registry.
    figure('round trips', roundTrips, { atMost: 5 }, '')
  })

  await prove('the node mounts the export, and what root writes there is the pods’ user’s', async () => {
    equal(
      await on('worker1', `showmount --no-headers -e ${address}`).then(said => said.split(' ')[0]),
      '/mnt/nfs-share',
      'showmount',
    )
    equal(await on('nfs', 'rpcinfo -p | grep -c "tcp *20048 *mountd"'), '3', 'versions of mountd on port 20048')
    const mount = `mount -t nfs4 -o nfsvers=4.1 ${address}:/mnt/nfs-share /mnt; echo proof >/mnt/file; sync; umount /mnt`
    await on('worker1', mount)
    equal(
      await on('nfs', 'stat -c "%u:%g" /mnt/nfs-share/file; cat /mnt/nfs-share/file'),
      '10001:10001\nproof',
      'the file',
    )
  })

  await prove('containerd on the node pulls our image from our registry, with no password there', async () => {
    const reference = imageReference(imageContext('probe', 'linux/amd64'))
    await on('worker1', `ctr -n k8s.io images pull --hosts-dir /etc/containerd/certs.d ${reference} >&2`)
    equal(await on('worker1', `ctr -n k8s.io images ls -q name==${reference}`), reference, 'the image')
    equal(await on('worker1', 'grep -rl push: /etc/containerd || :'), '', 'files with the password’s user')
  })

  await prove('the node’s programs are those of the versions file, held, and configured as asked', async () => {
    equal(
      await on(
        'worker1',
        'containerd config dump | grep -E "SystemdCgroup|^ *sandbox =|^version|config_path = ./etc/containerd" | sort | tr -s " "',
      ),
      [
        ' SystemdCgroup = true',
        " config_path = '/etc/containerd/certs.d'",
        " sandbox = 'registry.k8s.io/pause:3.10.2'",
        'version = 4',
      ]
        .sort()
        .join('\n'),
      'what containerd reads',
    )
    equal(
      await on('worker1', 'apt-mark showhold'),
      ['containerd.io', 'kubeadm', 'kubectl', 'kubelet', 'kubernetes-cni'].join('\n'),
      'held packages',
    )
    equal(await on('worker1', 'systemctl is-enabled kubelet'), 'enabled', 'the kubelet')
  })

  await prove('what is broken by hand is foretold and mended, and nothing else is touched', async () => {
    await on(
      'nfs',
      'echo "# mine" >>/etc/docker/registry/pull.yml; systemctl stop nfs-server; chmod 0777 /mnt/nfs-share',
    )
    await on(
      'worker1',
      'echo "oom_score = 1" >>/etc/containerd/config.toml; rm -r /etc/containerd/certs.d/ghcr.io; apt-mark unhold kubelet >/dev/null; echo 0 >/proc/sys/net/ipv4/ip_forward',
    )
    const check = await play(true)
    const { told } = await play(false)
    equal(told, check.told, 'what was changed, against what was foretold')
    say(told.join('\n'))
    equal((await play(false)).told, [], 'changes after that')
  })

  await prove('after a power cut both hosts come back as they were', async () => {
    for (const host of ['nfs', 'worker1'] as const) {
      await on(host, 'sync')
      await killHost(dirname(dirname(stateFolder)), name, host)
    }
    await convergePlan(scratch.provider.create(), 'shared-first')
    equal((await play(false)).told, [], 'changes')
  })
}

await proof('roles', steps, async () => {
  repositories?.close()
  if (process.env.KEEP) return
  await convergePlan(scratch.provider.destroy(), 'hosts-first')
  await rm(stateFolder, { recursive: true, force: true })
})
