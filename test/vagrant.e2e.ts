/**
 * The provider `vagrant` over real SSH, by Vagrant itself (Debian's package, installed where it is missing): a plugin of
 * Vagrant's stands in for VirtualBox, and boots a real host for each machine. A check, two hosts made and prepared,
 * nothing to do a second time, a machine that was saved, one that was made anew by hand, down; then a Vagrantfile of the
 * operator's own, and what Vagrant itself complains of. Boots two hosts; needs root. `npm run e2e:vagrant`.
 */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { labLayout } from '../engine/provider/lab/layout.ts'
import { runHere } from '../engine/provider/local/command.ts'
import { GuestLab } from './e2e/guests/guest-lab.ts'
import { ownVagrantfile, spoiltVagrantfiles } from './e2e/guests/own-vagrantfile.ts'
import { killHost } from './e2e/local-lab.ts'
import { equal, figure, holds, proof, prove, say } from './e2e/proof.ts'
import { changedIds } from './e2e/run-playbook.ts'
import { realHome } from './stand-ins/real-host.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const hosts = ['cp', 'worker1']
const lab = await GuestLab.make(
  'vagrant',
  { vagrant: { hypervisor: 'standin', network: '10.58.77.0/24' } },
  { STAND_IN_PROGRAM: at('stand-ins/real-host-program') },
)
// A home of its own, for Vagrant writes there.
const home = join(lab.folder, 'home')
Object.assign(process.env, lab.env, { VAGRANT_HOME: home })
const project = join(lab.stateFolder, 'vagrant')
const vagrant = (words: string, folder = project) =>
  runHere(`vagrant ${words}`, `cd '${folder}' && vagrant ${words}`, { timeoutSeconds: 300 })

/** What a hypervisor may do to a machine behind our back. It loses nothing that was written, as a power cut would. */
async function turns(host: string, state: string): Promise<void> {
  await vagrant(`ssh ${host} --no-tty -c sync`)
  await killHost(realHome(lab.folder), lab.name, host)
  const file = join(lab.folder, `${host}.json`)
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), state }))
}

async function steps(): Promise<void> {
  await prove('Vagrant is there', async () => {
    const install = 'apt-get install -y -qq --no-install-recommends vagrant'
    const there = await runHere('looking for vagrant', 'command -v vagrant || :')
    if (there === '') {
      say(`installing it: ${install}`)
      await runHere(install, `${install} || { apt-get update -qq; ${install}; }`, { timeoutSeconds: 600 })
    }
    await runHere(
      'making a home for Vagrant',
      `mkdir -p '${home}' && cp '${at('stand-ins/vagrant-home/Vagrantfile')}' '${home}/'`,
    )
    say((await runHere('asking for its version', 'vagrant --version')).trim())
  })

  await prove('a check foretells two machines, and makes none', async () => {
    const checked = await lab.prepare('--check')
    const kinds = ['host-key', 'vagrant-file', 'vagrant-machine']
    const wanted = hosts.flatMap(host => kinds.map(kind => `${host} ${kind} ${host}`))
    const shared = [`lab vagrant-file Vagrantfile`, `lab vagrant-network ${lab.name}`]
    equal([checked.exit, changedIds(checked)], [3, [...wanted, ...shared].sort()], 'exit status, and what would change')
  })

  await prove('two machines are made by our Vagrantfile, looked into, and prepared', async () => {
    const { exit, seconds } = await lab.prepare()
    equal(exit, 0, 'exit status')
    figure('make and prepare two hosts', seconds, { atMost: 900 }, 's')
    holds((await vagrant('validate')).includes('validated successfully'), 'Vagrant finds our Vagrantfile well')
    for (const host of hosts) {
      const known = await readFile(labLayout(lab.stateFolder).host(host).knownHosts, 'utf8')
      const layout = labLayout(join(realHome(lab.folder), 'andamio', lab.name)).host(host)
      const [type, key] = (await readFile(`${layout.hostKey}.pub`, 'utf8')).split(' ')
      equal(known, `${host} ${type} ${key}\n`, `key of ${host}, as its maker knows it`)
    }
  })

  await prove('a second run changes nothing, and a check knows it', async () => {
    for (const args of [[], ['--check']]) {
      const run = await lab.prepare(...args)
      equal([run.exit, changedIds(run)], [0, []], 'exit status and changes')
      figure(`a run with nothing to do${args.length > 0 ? ', check' : ''}`, run.seconds, { atMost: 180 }, 's')
    }
  })

  await prove('a machine that was saved is started, one that was made anew by hand is looked into anew', async () => {
    await turns('cp', 'saved')
    await vagrant('destroy --force worker1')
    const status = await lab.run('status')
    holds(status.stderr.includes('stopped: it is saved'), `status says what it is: ${status.stderr}`)
    const run = await lab.prepare()
    const wanted = ['cp vagrant-machine cp', 'worker1 host-key worker1', 'worker1 vagrant-machine worker1']
    const made = changedIds(run).filter(id => id.includes(' vagrant-') || id.includes(' host-key '))
    equal([run.exit, made], [0, wanted], 'exit status, and what was made')
  })

  await prove('a Vagrantfile of the operator’s own is used, its machines started and left', () =>
    ownVagrantfile(lab, project),
  )

  await prove('down removes the machines and the project', async () => {
    const { exit } = await lab.run('down', '--yes')
    equal(exit, 0, 'exit status of down')
    const left = (await readdir(lab.folder)).filter(file => hosts.some(host => file === `${host}.json`))
    equal([left, await lab.kept()], [[], []], 'machines that are left, and what is kept of the lab')
  })

  await prove('what Vagrant itself complains of is said with what to do', () => spoiltVagrantfiles(lab))
}

await proof('hosts by vagrant', steps, async () => {
  await lab.end()
  await rm(home, { recursive: true, force: true })
})
