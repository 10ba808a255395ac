import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { realClock } from '../engine/provider/ec2/clock.ts'
import { labLayout } from '../engine/provider/lab/layout.ts'
import { clientAt, environmentAt, region } from './e2e/ec2/client.ts'
import { FaultProxy } from './e2e/ec2/fault-proxy.ts'
import { LocalMachines } from './e2e/ec2/machines.ts'
import { startMoto } from './e2e/ec2/moto.ts'
import { truth } from './e2e/ec2/truth.ts'
import { equal, figure, holds, proof, prove } from './e2e/proof.ts'
import { changedIds, type PlaybookResult, runPlaybook } from './e2e/run-playbook.ts'

const name = 'ec2hosts'
const prepare = 'test/e2e/bad-input/prepare.mjs'
const folder = await mkdtemp(join(tmpdir(), 'andamio-ec2-hosts-'))
const inventory = join(folder, 'ec2.yaml')
await writeFile(
  inventory,
  `lab: ${name}
provider: ec2
ec2: { region: ${region}, operators: 203.0.113.7/32, user: debian, hours: 8 }
hosts:
  cp: { groups: [control-plane], type: t3.medium }
  nfs: { groups: [storage], type: t3.micro }
groups:
  control-plane: {}
  storage: {}
`,
)

const moto = await startMoto()
const layout = labLayout(join(folder, 'state', 'andamio', name))
const as = (host: string) => ({ knownHostsFile: layout.host(host).knownHosts, identityFile: layout.loginKey })
const machines = await LocalMachines.of({ folder, name, hosts: { cp: '1G', nfs: '1G' }, as })
const proxy = await FaultProxy.start(moto.url, { clock: realClock, moveSeconds: 5, machines })
const account = clientAt(moto.url)
const shared = environmentAt(proxy.url)
Object.assign(process.env, shared)
const env = {
  ...shared,
  XDG_STATE_HOME: join(folder, 'state'),
  // What is learnt of moto's images is nobody else's.
  XDG_CACHE_HOME: join(folder, 'cache'),
}
const run = (playbook: string, ...args: string[]): Promise<PlaybookResult> =>
  runPlaybook(playbook, ['--inventory', inventory, ...args], env)

/** What the first up has changed. */
let made: readonly string[] = []

async function idOf(host: string): Promise<string> {
  const Filters = [{ Name: 'tag:andamio:host', Values: [host] }]
  const { Reservations = [] } = await account.describeInstances({ Filters })
  return Reservations[0]?.Instances?.[0]?.InstanceId ?? ''
}

await proof(
  'a lab on EC2 whose instances are local hosts',
  async () => {
    await prove('up makes the instances, logs in, and prepares the hosts', async () => {
      const up = await run(prepare)
      equal(up.exit, 0, 'exit status of up')
      const changed = changedIds(up)
      made = changed
      for (const host of ['cp', 'nfs'])
        for (const id of [`ec2-instance ${host}`, `own-host-key ${host}`])
          holds(changed.includes(`${host} ${id}`), `${host} ${id} has changed`)
      const there = await machines.reach('cp')
      equal(await there.sh('hostname'), 'cp', 'the name of the host')
      const shown = (await there.sh('cat /etc/ssh/ssh_host_ed25519_key.pub')).split(' ').slice(0, 2).join(' ')
      equal(await there.sh('systemctl is-active andamio-ends.timer'), 'active', 'its own end')
      equal(await readFile(layout.host('cp').knownHosts, 'utf8'), `cp ${shown}\n`, 'known_hosts')
      const delivered = await there.sh('cat /var/lib/cloud/instance/user-data.txt')
      holds(delivered.includes('ssh_keys'), 'the first key came with the user data')
      holds(!delivered.includes(shown), 'and is not the one that the host shows now')
      await there.connection.close()
    })
    await prove('a second up changes nothing', async () => {
      const before = proxy.calls.length
      const again = await run(prepare)
      equal([again.exit, changedIds(again)], [0, []], 'exit status and changes')
      figure('API calls of a second up', proxy.calls.length - before, { atMost: 6 }, 'calls')
      equal((await run(prepare, '--check')).exit, 0, 'exit status of a check')
    })
    await prove('a stopped instance is started, and is the same host', async () => {
      const [id, boot] = [await idOf('nfs'), await bootId('nfs')]
      await clientAt(proxy.url).stopInstances({ InstanceIds: [id] })
      equal((await machines.found('nfs'))?.is, 'stopped', 'the machine')
      const started = await run(prepare)
      equal([started.exit, await idOf('nfs')], [0, id], 'exit status and instance')
      equal(changedIds(started), ['nfs ec2-running nfs'], 'it was started, and is as it was')
      holds((await bootId('nfs')) !== boot, 'it has booted')
    })
    await prove('an instance that was terminated is made anew, with another key', async () => {
      const [id, key] = [await idOf('nfs'), await readFile(layout.host('nfs').knownHosts, 'utf8')]
      await clientAt(proxy.url).terminateInstances({ InstanceIds: [id] })
      equal((await machines.found('nfs'))?.is, 'absent', 'the machine')
      equal((await run(prepare)).exit, 0, 'exit status of up')
      holds((await readFile(layout.host('nfs').knownHosts, 'utf8')) !== key, 'its key is another one')
      await (await machines.reach('nfs')).connection.close()
    })
    await prove('down leaves nothing, neither in the account nor here', async () => {
      const down = await run('down', '--yes')
      equal(down.exit, 0, 'exit status of down')
      equal((await truth(account)).marked, [], 'what is marked')
      for (const host of ['cp', 'nfs']) equal((await machines.found(host))?.is, 'absent', `machine ${host}`)
    })
    await prove('of an image that was met once, a check tells the whole plan', async () => {
      const look = await run(prepare, '--check')
      equal([look.exit, changedIds(look)], [2, made], 'exit status, and what would change')
    })
  },
  async () => {
    await machines.remove()
    await proxy.stop()
    await moto.stop()
    await rm(folder, { recursive: true, force: true })
  },
)

async function bootId(host: string): Promise<string> {
  const there = await machines.reach(host)
  const id = await there.sh('cat /proc/sys/kernel/random/boot_id')
  await there.connection.close()
  return id
}
