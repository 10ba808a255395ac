/**
 * The local provider for real: five hosts, and a second lab beside them. Create, log in, reach the package archives and
 * each other, cut one's power and start it again, add one, remove everything, nothing left. Needs root and iptables (the
 * Debian package); `npm run e2e:local-hosts`.
 */
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { labLayout } from '../engine/provider/lab/layout.ts'
import { recordedProcess } from '../engine/provider/local/host-process.ts'
import { labNames } from '../engine/provider/local/names.ts'
import { makeNetwork, removeNetwork } from '../engine/provider/local/network-script.ts'
import type { Provider } from '../engine/provider/provider.ts'
import { runApart } from './e2e/apart.ts'
import { convergePlan } from './e2e/converge-plan.ts'
import { leftOfLab, machineState } from './e2e/machine-state.ts'
import { equal, figure, holds, proof, prove, say } from './e2e/proof.ts'
import { type ScratchLab, scratchLab } from './e2e/scratch-lab.ts'
import { runOn } from './e2e/system-ssh.ts'

const cluster = {
  cp: { memory: '3G', cpus: 2 },
  worker1: { memory: '2G', cpus: 2 },
  worker2: { memory: '2G', cpus: 2 },
  worker3: { memory: '2G', cpus: 2 },
  nfs: { memory: '1G', cpus: 1 },
}
const names = Object.keys(cluster)
const scratch = await mkdtemp(join(tmpdir(), 'local-hosts-'))
const labAt = (name: string, hosts: Parameters<typeof scratchLab>[0]['hosts']) =>
  scratchLab({ name, stateFolder: join(scratch, name), hosts })

const up = (provider: Provider) => convergePlan(provider.create(), 'shared-first')
const down = (provider: Provider) => convergePlan(provider.destroy(), 'hosts-first')

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const began = performance.now()
  return [await work(), (performance.now() - began) / 1000]
}

async function cutPower(lab: ScratchLab, host: string): Promise<void> {
  const recorded = await recordedProcess(labLayout(lab.stateFolder).host(host))
  holds(recorded !== undefined, `${host} has a process`)
  process.kill(recorded.pid, 'SIGKILL')
  await until(async () => (await lab.provider.find()).get(host)?.is === 'stopped')
}

let five: ScratchLab | undefined
let other: ScratchLab | undefined

await proof(
  'local hosts',
  async () => {
    const before = await machineState()
    const lab = await labAt('e2e-five', cluster)
    five = lab
    const beside = await labAt('e2e-a-second-lab-20', { cp: { memory: '512M', cpus: 1, disk: '20G' } })
    other = beside
    const on = async (host: string, script: string, from = lab) => runOn((await from.provider.find()).get(host), script)

    await prove('before anything, hosts are absent and nothing is touched', async () => {
      const [found, seconds] = await timed(() => lab.provider.find())
      equal(
        [...found.values()].map(one => one.is),
        names.map(() => 'absent'),
        'hosts found',
      )
      figure('find on nothing', seconds * 1000, { atMost: 100 }, 'ms')
      await lab.provider.preflight()
    })

    await prove(
      'networks of two labs with names alike are made and removed by scripts that can run twice',
      async () => {
        const labs = ['lab-b', 'lab'].map(labNames)
        const make = labs.map((names, index) => makeNetwork(names, `10.59.${index}.0/24`))
        const remove = labs.map(removeNetwork)
        // Container engines set this policy; the lab's packets must pass all the same.
        const look = 'ip netns list | cut -d" " -f1 | sort; nft list tables; ip -o link | wc -l; iptables -S FORWARD'
        const seen = await runApart(`iptables -P FORWARD DROP\n${[...make, ...make, look].join('\n')}`)
        for (const part of [
          'andamio-lab\n',
          'andamio-lab-b\n',
          'table ip andamio_lab_b\n',
          '-o am-lab -m',
          '-i am-lab-b -m',
        ])
          holds(seen.includes(part), `${part.trim()} is there: ${seen}`)
        const left = await runApart([...make, ...remove, ...remove, look].join('\n'))
        equal(left.includes('andamio') || left.includes('am-lab'), false, left)
      },
    )

    await prove('five hosts come up side by side', async () => {
      const [changed, seconds] = await timed(() => up(lab.provider))
      figure('create five hosts, until all answer', seconds, { atMost: 60 }, 's')
      equal(changed.filter(what => what.startsWith('local-host')).length, 5, 'hosts started')
    })

    await prove('a second run changes nothing', async () => {
      equal(await up(lab.provider), [], 'changes')
      const [found, seconds] = await timed(() => lab.provider.find())
      equal(
        [...found.values()].map(one => one.is),
        names.map(() => 'running'),
        'hosts found',
      )
      figure('find on five running hosts', seconds * 1000, { atMost: 100 }, 'ms')
    })

    await prove('each can be logged in to, its key verified, and is what a role expects of a host', async () => {
      for (const host of names) {
        equal((await on(host, 'hostname')).trim(), host, 'name')
        equal(
          (await on(host, 'systemctl is-system-running --wait; systemctl --failed --no-legend')).trim(),
          'running',
          host,
        )
      }
      const script =
        'for m in overlay br_netfilter nfsd; do sudo -n modprobe $m; done; grep -c MHz /proc/cpuinfo; uname -r'
      equal((await on('cp', script)).split('\n')[0], '2', 'processors with a clock speed')
      equal((await on('cp', 'sudo -n ethtool -k vec0 | grep ^scatter')).trim(), 'scatter-gather: off', 'vec0')
      equal(
        (await on('cp', 'command -v containerd runc iptables nft python3 exportfs socat || :')).trim(),
        '',
        'programs of roles',
      )
    })

    await prove('the package archives answer, and the hosts reach each other', async () => {
      await on('nfs', 'sudo -n apt-get update -qq && apt-cache policy nfs-kernel-server | grep -q Candidate:')
      const peer = (await lab.provider.find()).get('worker3')
      holds(peer?.is === 'running', 'worker3 runs')
      await on('worker1', `timeout 10 bash -c 'read -r banner </dev/tcp/${peer.address}/22'`)
    })

    await prove('a host whose power is cut at its first answer comes back as itself', async () => {
      await up(beside.provider)
      // Brings to the disk that files are there, and of none but this one what is in it.
      await on('cp', 'echo | sudo -n dd of=/root/note conv=fsync status=none', beside)
      await cutPower(beside, 'cp')
      equal(await up(beside.provider), ['local-host cp'], 'changes')
      equal((await on('cp', 'hostname; sudo -n modprobe overlay', beside)).trim(), 'cp', 'name')
    })

    await prove('a second lab runs beside it, with a long name, on another subnet, with a larger disk', async () => {
      await up(beside.provider)
      equal((await on('cp', 'df -BG --output=size / | tail -1', beside)).trim(), '20G', 'disk')
      const [one, two] = await Promise.all([lab, beside].map(async which => (await which.provider.find()).get('cp')))
      holds(one?.is === 'running' && two?.is === 'running' && one.address !== two.address, 'the two have two addresses')
    })

    await prove('a host whose power is cut is found stopped, and started again with its disk', async () => {
      await on('worker2', 'echo kept | sudo -n tee /root/kept >/dev/null; sync')
      await cutPower(lab, 'worker2')
      const [changed, seconds] = await timed(() => up(lab.provider))
      equal(changed, ['local-host worker2'], 'changes')
      equal((await on('worker2', 'sudo -n cat /root/kept')).trim(), 'kept', 'its file')
      figure('start a stopped host', seconds, { atMost: 20 }, 's')
    })

    await prove('a host that reboots comes back as itself, one that switches itself off is found stopped', async () => {
      const boot = () => on('nfs', 'cat /proc/sys/kernel/random/boot_id')
      const first = await boot()
      await on('nfs', 'sudo -n systemctl reboot').catch(() => 'the connection may go with it')
      await until(async () => (await boot().catch(() => first)) !== first)
      equal(await up(lab.provider), [], 'changes after a reboot')
      await on('nfs', 'sudo -n systemctl poweroff').catch(() => 'the connection may go with it')
      await until(async () => (await lab.provider.find()).get('nfs')?.is === 'stopped')
      equal(await up(lab.provider), ['local-host nfs'], 'changes after it was switched off')
    })

    await prove('a run that is cut off while it creates is completed by the next', async () => {
      const more = await labAt('e2e-five', { ...cluster, worker4: cluster.worker1 })
      const layout = labLayout(lab.stateFolder).host('worker4')
      const creating = up(more.provider)
      await until(() =>
        stat(layout.process).then(
          () => true,
          () => false,
        ),
      )
      // As a kill between its start and its first answer leaves it.
      const recorded = await recordedProcess(layout)
      holds(recorded !== undefined, 'worker4 is starting')
      process.kill(recorded.pid, 'SIGKILL')
      holds(
        await creating.then(
          () => false,
          () => true,
        ),
        'a host that dies while it boots is an error',
      )
      equal(await up(more.provider), ['local-host worker4'], 'changes of the next run')
      equal((await runOn((await more.provider.find()).get('worker4'), 'hostname')).trim(), 'worker4', 'name')
    })

    await prove('down removes one lab, a host that left the inventory too, and leaves the other alone', async () => {
      const stranger = join(lab.stateFolder, 'not-ours')
      await writeFile(stranger, '')
      const [changed, seconds] = await timed(() => down(lab.provider))
      figure('remove six hosts', seconds, { atMost: 15 }, 's')
      holds(changed.includes('local-host worker4'), 'worker4 was removed')
      equal(await leftOfLab('e2e-five'), [], 'left of the lab')
      equal(await readdir(lab.stateFolder), ['not-ours'], 'left in its folder')
      equal((await on('cp', 'hostname', beside)).trim(), 'cp', 'the other lab')
      equal(await down(lab.provider), [], 'changes of a second down')
    })

    await prove('with the last lab the machine is as it was', async () => {
      await down(beside.provider)
      equal(await leftOfLab('e2e-a-second-lab-20'), [], 'left of the lab')
      equal(await machineState(), before, 'links, routes, rules, namespaces, forwarding, memory files')
    })
  },
  async () => {
    for (const lab of [five, other]) if (lab) await down(lab.provider)
    await rm(scratch, { recursive: true, force: true })
    say('cleaned up')
  },
)

async function until(holdsNow: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 120_000
  while (!(await holdsNow())) {
    holds(performance.now() < deadline, 'it happened within 120 s')
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}
