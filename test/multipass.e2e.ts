/**
 * The provider `multipass` over real SSH: a program stands in for Multipass that answers in its shapes, and boots a real
 * host with cloud-init for each instance. A check, two hosts made and prepared, nothing to do a second time, one that was
 * suspended, one that somebody deleted, down. Boots two hosts; needs root. `npm run e2e:multipass`.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { labLayout } from '../engine/provider/lab/layout.ts'
import { recordedName } from '../engine/provider/multipass/record.ts'
import type { Event } from '../engine/report/events.ts'
import { GuestLab } from './e2e/guests/guest-lab.ts'
import { killHost } from './e2e/local-lab.ts'
import { equal, figure, holds, proof, prove } from './e2e/proof.ts'
import { changedIds } from './e2e/run-playbook.ts'
import { runOn } from './e2e/system-ssh.ts'
import { openRealLab, realHome } from './stand-ins/real-host.ts'

const bin = fileURLToPath(new URL('stand-ins/bin', import.meta.url))
const lab = await GuestLab.make('multipass', {}, { PATH: `${bin}${delimiter}${process.env.PATH}` })
const hosts = ['cp', 'worker1']
const instances = join(lab.folder, 'instances')
const nameOf = (host: string) => recordedName(labLayout(lab.stateFolder).host(host)) ?? 'none'
const calls = async () => (await readFile(join(lab.folder, 'calls'), 'utf8').catch(() => '')).trim().split('\n')

/** Says something on a host, as the provider would have us log in. */
async function on(host: string, script: string): Promise<string> {
  const { address } = await addressOf(host)
  const { loginKey, host: layoutOf } = labLayout(lab.stateFolder)
  const endpoint = { address, port: 22, user: 'ubuntu', identityFiles: [loginKey], agent: false, jump: [] }
  const known = { knownHostsFile: layoutOf(host).knownHosts, hostKeyAlias: host }
  return runOn({ is: 'running', address, endpoint: { ...endpoint, ...known } }, script)
}

/** What a hypervisor may do to an instance behind our back. It loses nothing that was written, as a power cut would. */
async function turns(host: string, state: string): Promise<void> {
  await on(host, 'sync')
  await killHost(realHome(lab.folder), lab.name, nameOf(host))
  const file = join(instances, `${nameOf(host)}.json`)
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), state, ipv4: [] }))
}

async function steps(): Promise<void> {
  await openRealLab(lab.folder)
  await prove('a check foretells two instances, and launches none', async () => {
    const { exit, ...checked } = await lab.prepare('--check')
    equal(exit, 3, 'exit status')
    const wanted = hosts.flatMap(host => [`${host} host-key ${host}`, `${host} multipass-instance ${host}`])
    equal(changedIds({ exit, ...checked }), [...wanted, `lab login-key ${lab.name}`].sort(), 'would change')
    equal(await calls(), ['version --format json', 'list --format json'], 'calls')
  })

  await prove('two instances are launched, reached with keys that were known beforehand, and prepared', async () => {
    const { exit, seconds, events } = await lab.prepare()
    equal(exit, 0, 'exit status')
    figure('make and prepare two hosts', seconds, { atMost: 900 }, 's')
    equal(notices(events), [], 'warnings')
    for (const host of hosts) {
      const seen = await on(host, 'hostname; sudo -n id -u')
      equal(seen.trim().split('\n'), [host, '0'], `${host} says its name, and who may do what`)
    }
    const launched = (await calls()).filter(call => call.startsWith('launch'))
    equal(launched.length, 2, 'launches')
    holds(!(await calls()).join('\n').includes('PRIVATE'), 'no key is in what a process list shows')
  })

  await prove('a second run changes nothing, and a check knows it', async () => {
    for (const args of [[], ['--check']]) {
      const { exit, seconds, ...run } = await lab.prepare(...args)
      equal([exit, changedIds({ exit, seconds, ...run })], [0, []], 'exit status and changes')
      figure(`a run with nothing to do${args.length > 0 ? ', check' : ''}`, seconds, { atMost: 120 }, 's')
    }
  })

  await prove('one that was suspended and one that was deleted are brought back with their disks', async () => {
    await turns('cp', 'Suspended')
    await turns('worker1', 'Deleted')
    const status = await lab.run('status')
    equal(status.exit, 69, 'exit status of status')
    holds(status.stderr.includes('stopped: it is suspended'), `status says what it is: ${status.stderr}`)
    const checked = await lab.prepare('--check')
    const wanted = hosts.map(host => `${host} multipass-instance ${host}`)
    equal([checked.exit, changedIds(checked)], [3, wanted], 'exit status of a check, and what would change')
    const run = await lab.prepare()
    equal([run.exit, changedIds(run)], [0, wanted], 'exit status, and what was changed')
  })

  await prove('down removes what is ours, and what others have launched stays', async () => {
    const theirs = { state: 'Stopped', ipv4: [], release: '24.04' }
    await writeFile(join(instances, `${lab.name}-cp.json`), JSON.stringify(theirs))
    const { exit } = await lab.run('down', '--yes')
    equal(exit, 0, 'exit status of down')
    equal(await readdir(instances), [`${lab.name}-cp.json`], 'instances that are left')
    equal(await lab.kept(), [], 'what is kept of the lab')
  })
}

async function addressOf(host: string): Promise<{ readonly address: string }> {
  const { ipv4 } = JSON.parse(await readFile(join(instances, `${nameOf(host)}.json`), 'utf8')) as {
    readonly ipv4: readonly string[]
  }
  return { address: ipv4[0] ?? '' }
}

const notices = (events: readonly Event[]): readonly string[] =>
  events.flatMap(event => (event.type === 'notice' && event.level === 'warning' ? [event.text] : []))

await proof('hosts by multipass', steps, () => lab.end())
