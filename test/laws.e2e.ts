/**
 * The catalogue on a real host, for what needs systemd, a kernel or a package archive: the five laws, and that what is
 * predicted is what happens. Needs root; `npm run e2e:laws`.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProviderPlan } from '../engine/provider/provider.ts'
import type { AnyResource } from '../engine/resource/resource.ts'
import * as catalogue from '../engine/resources/index.ts'
import { answerOf, obeysLaws } from '../engine/resources/laws.ts'
import { quote } from '../engine/shell/quote.ts'
import { convergePlan } from './e2e/converge-plan.ts'
import { RealHost } from './e2e/law-host.ts'
import { equal, figure, holds, proof, prove, say } from './e2e/proof.ts'
import { scratchLab } from './e2e/scratch-lab.ts'

const {
  aptHold,
  aptHoldAbsent,
  aptPackages,
  aptPackagesAbsent,
  directory,
  file,
  hostname,
  hostsEntries,
  kernelModules,
} = catalogue
const { kernelModulesAbsent, mount, mountAbsent, nfsExport, nfsExportAbsent, swapOff, sysctl, sysctlAbsent } = catalogue
const { systemdUnit, systemdUnitAbsent } = catalogue

const scratch = await mkdtemp(join(tmpdir(), 'laws-'))
let destroy: (() => ProviderPlan) | undefined
let reached: RealHost | undefined

/** A program that tells which version of its file it has read, and takes a moment to start as real ones do. */
const readerUnit = `[Unit]
Description=reads one file
[Service]
Type=notify
NotifyAccess=all
ExecStart=/bin/sh -c 'cp /etc/reader.conf /run/reader.saw; systemd-notify --ready; exec sleep infinity'
[Install]
WantedBy=multi-user.target
`
const reader = (content: string): readonly AnyResource[] => {
  const conf = file({ path: '/etc/reader.conf', content })
  return [conf, systemdUnit({ name: 'reader', unitFile: readerUnit, enabled: true, running: true, freshAfter: [conf] })]
}
const outcome = (word: string) => ['file /etc/reader.conf', 'systemd-unit reader.service'].map(of => `${of}: ${word}`)

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const began = performance.now()
  return [await work(), (performance.now() - began) / 1000]
}

await proof(
  'the laws of resources',
  async () => {
    const lab = await scratchLab({
      name: `laws-${process.pid % 1000}`,
      stateFolder: join(scratch, 'state'),
      hosts: { one: { memory: '1G', cpus: 2 } },
    })
    destroy = () => lab.provider.destroy()
    await convergePlan(lab.provider.create(), 'shared-first')
    const host = await RealHost.reach('one', (await lab.provider.find()).get('one'))
    reached = host
    const invocation = () => host.sh('systemctl show --value -p InvocationID reader')

    await prove('kernel: modules, settings, name, swap', async () => {
      await obeysLaws(host, {
        wish: kernelModules(['overlay', 'br_netfilter'], { name: 'lab' }),
        undo: kernelModulesAbsent('lab'),
      })
      const unheardOf = kernelModules(['no_such_module'], { name: 'none' })
      const error = await unheardOf.apply(host.writer, await answerOf(host, unheardOf)).catch(error => error)
      holds(String(error.failure?.stderr).includes('no_such_module'), 'a module that is nowhere is named')
      await obeysLaws(host, { wish: sysctl({ 'net.ipv4.ip_forward': 1, 'vm.swappiness': 17 }, { name: '90-lab' }) })
      const asItIs = await host.sh('cat /proc/sys/kernel/panic')
      const same = sysctl({ 'kernel.panic': asItIs }, { name: '91-lab' })
      await obeysLaws(host, { wish: same, undo: sysctlAbsent('91-lab') })
      await obeysLaws(host, { wish: hostsEntries([{ address: '127.0.1.1', names: ['renamed', 'one'] }]) })
      await obeysLaws(host, { wish: hostname('renamed') })
      await host.sh('fallocate -l 8M /swap; chmod 0600 /swap; mkswap /swap; swapon /swap')
      await obeysLaws(host, { wish: swapOff() })
    })

    await prove('a unit: laws, restart as state, and a run killed before the restart', async () => {
      await host.converge([file({ path: '/etc/reader.conf', content: 'one' })])
      await obeysLaws(host, { wish: reader('one')[1] as AnyResource, undo: systemdUnitAbsent('reader') })
      equal((await host.converge(reader('two'))).outcomes, outcome('changed'), 'the first run')
      const began = await invocation()
      equal((await host.converge(reader('two'))).outcomes, outcome('ok'), 'the second')
      equal(await invocation(), began, 'the process')

      const predicted = await host.converge(reader('three'), true)
      equal(predicted.outcomes, outcome('would-change'), 'the dry run')
      equal((await host.converge(reader('three'))).changes, predicted.changes, 'what happened against what was said')
      equal(await host.sh('cat /run/reader.saw'), 'three', 'what it has read')

      // As a run that was killed after its upload leaves the host.
      await host.sh('printf four >/etc/reader.conf')
      const [conf, unit] = (await host.converge(reader('four'))).outcomes
      equal([conf, unit], [outcome('ok')[0], outcome('changed')[1]], 'the run after a killed one')
      equal(await host.sh('cat /run/reader.saw'), 'four', 'what it has read')
    })

    await prove('a unit that someone else restarted or that a boot started is fresh by its clock', async () => {
      // Clocks are compared by whole seconds, and a tie counts as older.
      await host.sh('sleep 1.1; systemctl restart reader')
      equal((await host.converge(reader('four'))).outcomes, outcome('ok'), 'after a restart by hand')
      await host.sh('rm -r /run/andamio/fresh')
      equal((await host.converge(reader('four'))).outcomes, outcome('ok'), 'without a marker, as after a boot')
    })

    await prove('a unit that fails to start says why, and a mask is lifted', async () => {
      await host.sh(
        'systemctl stop reader; systemctl disable reader; rm /etc/systemd/system/reader.service; systemctl mask reader',
      )
      equal((await host.converge([...reader('five')])).outcomes, outcome('changed'), 'from masked')
      // A mask until the next boot comes before a package's unit, and after one in /etc.
      await host.sh(
        `printf '%b' '[Service]\\nExecStart=/bin/sleep infinity\\n' >/usr/lib/systemd/system/lent.service
        systemctl daemon-reload; systemctl mask --runtime lent`,
      )
      const lent = systemdUnit({ name: 'lent', running: true })
      equal((await host.converge([lent])).outcomes, ['systemd-unit lent.service: changed'], 'from masked for now')
      equal((await host.sh('systemctl is-active lent')).trim(), 'active', 'the unit')
      const broken = systemdUnit({
        name: 'broken',
        running: true,
        unitFile: '[Service]\nExecStart=/bin/sh -c "echo because >&2; exit 3"\nType=oneshot\n',
      })
      const error = await host.converge([broken]).catch(error => error)
      holds(
        String(error.failure?.stderr).includes('because'),
        `its journal is in the error: ${JSON.stringify(error.failure)}`,
      )
    })

    await prove("a unit file of ours comes in front of a package's, and goes again", async () => {
      const unit = (says: string) =>
        `[Service]\nExecStart=/bin/sh -c 'echo ${says} >/run/fronted; exec sleep infinity'\n`
      const packaged = '/usr/lib/systemd/system/fronted.service'
      await host.sh(
        `printf '%s' ${quote(unit('theirs'))} >${packaged}; systemctl daemon-reload; systemctl start fronted`,
      )
      const runs = (wished: string) =>
        host.sh(`for _ in $(seq 100); do grep -qx ${wished} /run/fronted && break; sleep 0.1; done; cat /run/fronted`)
      const ours = systemdUnit({ name: 'fronted', running: true, unitFile: unit('ours') })
      equal((await host.converge([ours])).outcomes, ['systemd-unit fronted.service: changed'], 'the first run')
      equal(await runs('ours'), 'ours', 'what runs')
      equal((await host.converge([ours])).outcomes, ['systemd-unit fronted.service: ok'], 'the second')
      await host.converge([systemdUnitAbsent('fronted')])
      await host.converge([systemdUnit({ name: 'fronted', running: true })])
      equal(await runs('theirs'), 'theirs', 'what runs without ours')
    })

    await prove('a mount, and one that is dead', async () => {
      const wish = (size: string) =>
        mount({ what: 'tmpfs', where: '/mnt/a-b', type: 'tmpfs', options: [`size=${size}`] })
      await obeysLaws(host, { wish: wish('4m'), undo: mountAbsent('/mnt/a-b') })
      const reloads = () => host.sh("journalctl -b _PID=1 -o cat | grep -c '^Reloading' || :")
      const before = await reloads()
      await host.converge([wish('4m')])
      equal(await reloads(), before, 'how often systemd has read all of its units, which a new one is no cause for')
      equal((await host.converge([wish('8m')])).outcomes, ['mount /mnt/a-b: changed'], 'another size')
      equal(await host.sh('df --output=size /mnt/a-b | tail -1 | tr -d " "'), '8192', 'its size')
      await host.sh('umount /mnt/a-b; mount -t ramfs other /mnt/a-b')
      equal((await host.converge([wish('8m')])).outcomes, ['mount /mnt/a-b: changed'], 'over a stranger')
    })

    const share: readonly AnyResource[] = [
      aptPackages(['nfs-kernel-server'], { starts: ['nfs-server'] }),
      directory({ path: '/srv/share', owner: 10001, mode: '0770' }),
      nfsExport({
        path: '/srv/share',
        to: ['127.0.0.1', '10.9.0.0/24'],
        options: ['rw', 'sync', 'all_squash', 'anonuid=10001'],
      }),
      systemdUnit({ name: 'nfs-server', enabled: true, running: true }),
    ]
    await prove('packages from the archive, a unit that they start, an export: what is predicted happens', async () => {
      const predicted = await host.converge(share, true)
      const [done, seconds] = await timed(() => host.converge(share))
      say(`nfs-kernel-server, lists fetched before: ${Math.round(seconds)} s`)
      equal(done.changes, predicted.changes, 'what happened against what was said')
      equal(new Set((await host.converge(share)).outcomes.map(one => one.split(': ')[1])).size, 1, 'kinds of outcome')
      const export1 = nfsExport({ path: '/mnt', to: ['10.9.0.7'], options: ['ro', 'fsid=7'] })
      await obeysLaws(host, { wish: export1, undo: nfsExportAbsent('/mnt') })
      await host.sh('exportfs -u 127.0.0.1:/srv/share')
      equal((await host.converge(share)).outcomes[2], 'nfs-export /srv/share: changed', 'an export taken away by hand')
      await obeysLaws(host, { wish: aptHold(['nfs-common']), undo: aptHoldAbsent(['nfs-common']) })
      await obeysLaws(host, { wish: aptPackages(['tree', 'less']), undo: aptPackagesAbsent(['tree', 'less']) })
    })

    await prove('a probe does not hang on a mount whose server is gone', async () => {
      const nfs = mount({ what: '127.0.0.1:/srv/share', where: '/mnt/nfs', type: 'nfs4', options: ['hard'] })
      await host.converge([nfs])
      await host.sh('systemctl stop nfs-server')
      const [again, seconds] = await timed(() => host.converge([nfs]))
      equal(again.outcomes, ['mount /mnt/nfs: ok'], 'the dead mount')
      figure('probe of a dead hard mount', seconds, { atMost: 5 }, 's')
      await host.sh('systemctl start nfs-server; systemctl stop mnt-nfs.mount')
    })

    const files = Array.from({ length: 30 }, (_, index) => file({ path: `/etc/lab.d/${index}`, content: `${index}` }))
    const all = [
      kernelModules(['overlay', 'br_netfilter'], { name: 'lab' }),
      sysctl({ 'net.ipv4.ip_forward': 1, 'vm.swappiness': 17 }, { name: '90-lab' }),
      swapOff(),
      ...reader('five'),
      ...share,
      mount({ what: 'tmpfs', where: '/mnt/a-b', type: 'tmpfs', options: ['size=8m'] }),
      directory({ path: '/etc/lab.d' }),
      ...files,
    ]
    const allOk = all.map(({ kind, id }) => `${kind} ${id}: ok`)
    await prove('many resources are one round trip and few processes', async () => {
      await host.converge(all)
      const trips = host.connection.roundTrips
      const [again, seconds] = await timed(() => host.converge(all))
      equal(again.outcomes, allOk, 'the second run')
      figure(`round trips of ${all.length} converged resources`, host.connection.roundTrips - trips, { atMost: 1 }, '')
      figure(`time of ${all.length} converged resources`, seconds, { atMost: 2 }, 's')
    })

    await prove('after a boot all is as it was, and nothing is restarted for want of a marker', async () => {
      await host.sh('systemctl poweroff --no-block')
      await host.connection.close()
      for (const ends = performance.now() + 60_000; (await lab.provider.find()).get('one')?.is === 'running'; ) {
        holds(performance.now() < ends, 'the host is off within 60 s')
        await new Promise(resolve => setTimeout(resolve, 200))
      }
      await convergePlan(lab.provider.create(), 'shared-first')
      const booted = await RealHost.reach('one', (await lab.provider.find()).get('one'))
      reached = booted
      await booted.sh('systemctl is-system-running --wait || :')
      equal((await booted.converge(all)).outcomes, allOk, 'the run after a boot')
    })
  },
  async () => {
    await reached?.connection.close()
    if (destroy) await convergePlan(destroy(), 'hosts-first')
    await rm(scratch, { recursive: true, force: true })
  },
)
