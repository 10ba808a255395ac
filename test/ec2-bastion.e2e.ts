/**
 * A host of EC2 behind a jump host of the user's: the operator is on a machine that reaches the jump host and nothing
 * else, and the instance, a local host with cloud-init, has no address of the internet. It is known by the key that it
 * prints on its console. Boots one host; needs root.
 * `npm run e2e:ec2-bastion`.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { knownHostLine, knownName } from '../engine/connection/known-hosts.ts'
import { makeKey } from '../engine/connection/testing/keys.ts'
import { freePort, startSshd } from '../engine/connection/testing/sshd.ts'
import { realClock } from '../engine/provider/ec2/clock.ts'
import { labLayout } from '../engine/provider/lab/layout.ts'
import { addressIn, operatorNumber } from '../engine/provider/lab/subnet.ts'
import { clientAt, environmentAt, region } from './e2e/ec2/client.ts'
import { FaultProxy } from './e2e/ec2/fault-proxy.ts'
import { Internet } from './e2e/ec2/internet.ts'
import { LocalMachines } from './e2e/ec2/machines.ts'
import { startMoto } from './e2e/ec2/moto.ts'
import { truth } from './e2e/ec2/truth.ts'
import { nameOfThisRun } from './e2e/lab-name.ts'
import { equal, figure, holds, proof, prove } from './e2e/proof.ts'
import { changedIds, type PlaybookResult, runPlaybook } from './e2e/run-playbook.ts'

const name = nameOfThisRun('bastion')
const prepare = 'test/e2e/bad-input/prepare.mjs'
const folder = await mkdtemp(join(tmpdir(), 'andamio-ec2-bastion-'))
const layout = labLayout(join(folder, 'state', 'andamio', name))
const as = (host: string) => ({ knownHostsFile: layout.host(host).knownHosts, identityFile: layout.loginKey })

const moto = await startMoto()
const machines = await LocalMachines.of({ folder, name, hosts: { cp: '1G' }, as })
const { subnet } = machines.network
const internet = await Internet.open({ lab: name, subnet, served: [] })
const gateway = internet.gateway
const proxy = await FaultProxy.start(moto.url, { clock: realClock, moveSeconds: 5, machines }, gateway)
const env = environmentAt(proxy.url)
Object.assign(process.env, env)
const account = clientAt(moto.url)

/** What the user has in the home folder to get to the jump host, which is this machine. */
async function jumpHost() {
  const ssh = join(folder, '.ssh')
  await mkdir(ssh)
  const [host, user] = [makeKey(folder, 'bastion'), makeKey(ssh, 'id_ed25519')]
  const port = await freePort()
  const sshd = await startSshd(folder, { host: [host], user }, [`ListenAddress ${gateway}:${port}`])
  await writeFile(join(ssh, 'known_hosts'), knownHostLine(knownName(gateway, port), host.publicKey))
  return { port, close: () => sshd.close() }
}
const bastion = await jumpHost()

const inventory = join(folder, 'ec2.yaml')
const { Subnets = [] } = await account.describeSubnets({})
await writeFile(
  inventory,
  `lab: ${name}
provider: ec2
ec2:
  region: ${region}
  subnet: ${Subnets[0]?.SubnetId}
  jump: ["root@${gateway}:${bastion.port}"]
  operators: ${addressIn(subnet, operatorNumber)}/32
  user: debian
  hostKeys: console
hosts:
  cp: { groups: [control-plane], type: t3.medium }
groups:
  control-plane: {}
`,
)
const run = (playbook: string, ...args: readonly string[]): Promise<PlaybookResult> => {
  const own = { HOME: folder, XDG_STATE_HOME: join(folder, 'state'), XDG_CACHE_HOME: join(folder, 'cache') }
  return runPlaybook(playbook, ['--inventory', inventory, ...args], { ...env, ...own }, internet.asOperator)
}

async function onHost(script: string): Promise<string> {
  const there = await machines.reach('cp')
  const said = await there.sh(script)
  await there.connection.close()
  return said
}

await proof(
  'a host of EC2 behind a jump host',
  async () => {
    await prove('up makes it, logs in through the jump host, and prepares it', async () => {
      const up = await run(prepare)
      equal(up.exit, 0, 'exit status of up')
      const { Reservations = [] } = await account.describeInstances({})
      const [instance] = Reservations.flatMap(({ Instances = [] }) => Instances)
      equal(instance?.PublicIpAddress, undefined, 'its address of the internet')
    })
    await prove('it is known by the key that it has made itself', async () => {
      const shown = await onHost('cat /etc/ssh/ssh_host_ed25519_key.pub; cat /var/lib/cloud/instance/user-data.txt')
      const [key = ''] = /^ssh-ed25519 \S+/.exec(shown) ?? []
      equal(await readFile(layout.host('cp').knownHosts, 'utf8'), `cp ${key}\n`, 'known_hosts')
      holds(shown.includes('#cloud-config') && !shown.includes('PRIVATE'), 'no key is in the user data')
      // Lost here, it is read again.
      await writeFile(layout.host('cp').knownHosts, '')
      const again = await run(prepare)
      equal([again.exit, changedIds(again)], [0, ['cp ec2-running cp']], 'exit status and changes')
      equal(await readFile(layout.host('cp').knownHosts, 'utf8'), `cp ${key}\n`, 'known_hosts')
    })
    await prove('there is no other way to it', async () => {
      equal(await internet.reaches(gateway, bastion.port), true, 'the jump host is reached')
      equal(await internet.reaches(machines.network.addresses.cp ?? '', 22), false, 'the host is reached')
    })
    await prove('a second up changes nothing', async () => {
      const again = await run(prepare)
      equal(again.exit, 0, 'exit status')
      figure('changes of a second up', changedIds(again).length, { atMost: 0 }, 'changes')
    })
    await prove('down needs no jump host, and leaves nothing', async () => {
      await bastion.close()
      equal((await run('down', '--yes')).exit, 0, 'exit status of down')
      equal((await truth(account)).marked, [], 'what is marked')
      equal((await machines.found('cp'))?.is, 'absent', 'the machine')
    })
  },
  async () => {
    await bastion.close()
    await proxy.stop()
    await internet.close()
    await machines.remove()
    await moto.stop()
    await rm(folder, { recursive: true, force: true })
  },
)
