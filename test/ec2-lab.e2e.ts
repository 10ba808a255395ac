/**
 * The whole lab on EC2, with the file manager, where each instance that EC2 "runs" is a booted local host: a look before,
 * up, verify, up again, an instance that somebody stopped, down, nothing left. The operator is on a machine of its own and
 * comes to the instances by their addresses of the internet, which change at each start, and the security groups are in
 * force. Needs root; `npm run e2e:ec2-lab`.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { labLayout } from '../engine/provider/lab/layout.ts'
import { region } from './e2e/ec2/client.ts'
import { openCloud } from './e2e/ec2/cloud.ts'
import { truth } from './e2e/ec2/truth.ts'
import { nameOfThisRun } from './e2e/lab-name.ts'
import { leftOfLab } from './e2e/machine-state.ts'
import { equal, figure, holds, proof, prove, say } from './e2e/proof.ts'
import { changedIds, type PlaybookResult, project, runPlaybook } from './e2e/run-playbook.ts'

const name = nameOfThisRun('ec2lab')
const folder = await mkdtemp(join(tmpdir(), 'andamio-ec2-lab-'))
const inventory = join(folder, 'ec2.yaml')
const stateHome = join(folder, 'state')
const layout = labLayout(join(stateHome, 'andamio', name))
const hosts = { cp: '3G', worker1: '2G', worker2: '2G', worker3: '2G', nfs: '1G' }
const as = (host: string) => ({ knownHostsFile: layout.host(host).knownHosts, identityFile: layout.loginKey })
const cloud = await openCloud({ folder, name, hosts, as })

/** As a user runs it, on the operator's machine. */
const run = (playbook: string, ...args: readonly string[]): Promise<PlaybookResult> => {
  const env = { ...cloud.env, XDG_STATE_HOME: stateHome, XDG_CONFIG_HOME: join(folder, 'config') }
  return runPlaybook(playbook, ['--inventory', inventory, ...args], env, cloud.internet.asOperator)
}

/** The project's own, but for what this cloud has not: Ubuntu, two processors, and upstream's own keys. */
async function writeInventory(): Promise<void> {
  const builtin = parse(await readFile(join(project, 'inventory', 'ec2.yaml'), 'utf8'))
  const ec2 = { ...builtin.ec2, region, operators: `${cloud.internet.operator}/32`, user: 'debian', hours: 8 }
  const ours = { 'control-plane': { ignorePreflightErrors: ['NumCPU'] }, upstream: cloud.upstream.variables }
  await writeFile(inventory, stringify({ ...builtin, lab: name, ec2, vars: { ...builtin.vars, ...ours } }))
}

async function instanceOf(host: string): Promise<{ readonly id: string; readonly outside: string }> {
  const Filters = [{ Name: 'tag:andamio:host', Values: [host] }]
  const { Reservations = [] } = await cloud.somebody.describeInstances({ Filters })
  const [found] = Reservations.flatMap(({ Instances = [] }) => Instances)
  return { id: found?.InstanceId ?? '', outside: found?.PublicIpAddress ?? '' }
}

let predicted: readonly string[] = []
let actual: readonly string[] = []

async function steps(): Promise<void> {
  await prove('a check on an empty account lists what would be made, and makes nothing', async () => {
    const look = await run('up', '--check')
    equal(look.exit, 3, 'exit status')
    predicted = changedIds(look)
    holds(predicted.length > 50, `a plan is listed (${predicted.length} changes)`)
    equal((await truth(cloud.account)).marked, [], 'what it made')
  })

  await prove('up builds the whole lab on five instances', async () => {
    const up = await run('up')
    equal(up.exit, 0, 'exit status')
    figure('up on five instances', up.seconds / 60, { atMost: 20 }, 'min')
    equal((await truth(cloud.account)).hosts, Object.keys(hosts).sort(), 'hosts')
    actual = changedIds(up)
    const never = predicted.filter(id => !actual.includes(id))
    for (const id of never) say(`  foretold, and not done: ${id}`)
    figure('changes that were foretold and not done', never.length, { atMost: 0 }, 'ids')
    say(`  ${actual.length} changes, of which ${predicted.length} were foretold`)
  })

  await prove('verify passes, from the internet', async () => {
    const verified = await run('verify')
    equal(verified.exit, 0, 'exit status')
    const checks = verified.events.filter(event => event.type === 'check.end')
    figure('checks that passed', checks.filter(({ passed }) => passed).length, { atLeast: checks.length }, 'checks')
    holds(checks.length > 5, `the lab was looked at (${checks.length} checks)`)
  })

  await prove('what the table does not open is closed', async () => {
    const { outside } = await instanceOf('nfs')
    equal(
      [await cloud.internet.reaches(outside, 22), await cloud.internet.reaches(outside, 2049)],
      [true, false],
      'SSH, NFS from the internet',
    )
    equal(
      await cloud.internet.reaches(cloud.machines.network.addresses.nfs ?? '', 22),
      false,
      'the address among the hosts',
    )
    const refused = await cloud.firewall.refused()
    holds(
      refused.some(line => line.endsWith('tcp 2049')),
      'NFS was refused by the rules',
    )
    for (const line of refused) say(`  refused: ${line}`)
  })

  await prove('a second up changes nothing', async () => {
    const before = cloud.proxy.calls.length
    const again = await run('up')
    equal(again.exit, 0, 'exit status')
    figure('changes of a second up', changedIds(again).length, { atMost: 0 }, 'changes')
    figure('API calls of a second up', cloud.proxy.calls.length - before, { atMost: 6 }, 'calls')
  })

  await prove('an instance that was stopped comes back by up, at another address, and the lab is whole', async () => {
    const before = await instanceOf('worker2')
    await cloud.somebody.stopInstances({ InstanceIds: [before.id] })
    equal((await cloud.machines.found('worker2'))?.is, 'stopped', 'the machine')
    const started = await run('up')
    equal(started.exit, 0, 'exit status')
    holds(changedIds(started).includes('worker2 ec2-running worker2'), 'it was started')
    const after = await instanceOf('worker2')
    equal(after.id, before.id, 'the instance')
    holds(after.outside !== before.outside, `its address is another one: ${after.outside}`)
    figure('changes of the up after that', changedIds(await run('up')).length, { atMost: 0 }, 'changes')
    equal((await run('verify')).exit, 0, 'exit status of verify')
  })

  await prove('down leaves nothing, neither in the account nor here', async () => {
    equal((await run('down', '--yes')).exit, 0, 'exit status')
    figure('things with our mark in the account', (await truth(cloud.account)).marked.length, { atMost: 0 }, '')
    for (const host of Object.keys(hosts)) equal((await cloud.machines.found(host))?.is, 'absent', `machine ${host}`)
    const kept = (await readdir(layout.hosts, { recursive: true }).catch(() => [])).map(file => `hosts/${file}`)
    equal(kept, [], 'what is kept of its hosts')
  })

  await prove('of an image that was met once, a check tells the whole plan', async () => {
    const look = await run('up', '--check')
    equal(look.exit, 2, 'exit status')
    const plan = changedIds(look)
    const differ = [...plan.filter(id => !actual.includes(id)), ...actual.filter(id => !plan.includes(id))]
    for (const id of differ) say(`  differs: ${id}`)
    figure('foretold changes that differ from those of the first up', differ.length, { atMost: 0 }, 'ids')
  })
}

await writeInventory()
await proof('the whole lab on EC2, on instances that are local hosts', steps, async () => {
  await cloud.close()
  equal(await leftOfLab(name), [], 'what the machines left')
  await rm(folder, { recursive: true, force: true })
})
