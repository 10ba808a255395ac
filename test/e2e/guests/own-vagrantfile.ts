import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { ResourceEnd } from '../../../engine/report/events.ts'
import { equal, holds } from '../proof.ts'
import { changedIds, runPlaybook } from '../run-playbook.ts'
import { type GuestLab, prepare } from './guest-lab.ts'

/** The machines of our own project, as if somebody had written it: no file of ours is made, and `down` refuses. */
export async function ownVagrantfile(lab: GuestLab, project: string): Promise<void> {
  const inventory = await inventoryOf(lab, project, { cp: { groups: ['control-plane'] }, node: { machine: 'worker1' } })
  const first = await runPlaybook(prepare, ['--inventory', inventory], lab.env)
  const keys = changedIds(first).filter(id => id.includes('host-key') || id.includes('vagrant-'))
  equal([first.exit, keys], [0, ['cp host-key cp', 'node host-key node']], 'exit status, and what was made')
  const second = await runPlaybook(prepare, ['--inventory', inventory, '--check'], lab.env)
  equal([second.exit, changedIds(second)], [0, []], 'exit status of a check, and what would change')
  const down = await runPlaybook('down', ['--inventory', inventory, '--yes'], lab.env)
  equal([down.exit, down.end?.failure?.code], [64, 'hosts-stay'], 'exit status of down, and its error')
  // Its name is the machine's hostname by now, and the other lab's host is to be itself again.
  const back = await lab.prepare()
  equal(back.exit, 0, 'exit status of the lab itself')
}

const spoilt: readonly (readonly [text: string, says: RegExp, next: string])[] = [
  ['Vagrant.configure("2") do |config|\n', /syntax error/, 'vagrant validate'],
  [
    'Vagrant.configure("2") { |config| config.nonesuch.x = 1; config.vm.define "cp" }\n',
    /ConfigInvalid/,
    'vagrant plugin install',
  ],
  [
    'Vagrant.require_version ">= 99"\nVagrant.configure("2") { |c| c.vm.define "cp" }\n',
    /version/,
    'version of Vagrant',
  ],
  ['Vagrant.configure("2") { |config| config.vm.define "CP" }\n', /differs by the case/, 'machine: CP'],
]

/** Errors of Vagrant's own, and what we make of them. */
export async function spoiltVagrantfiles(lab: GuestLab): Promise<void> {
  const folder = join(lab.folder, 'spoilt')
  await mkdir(folder)
  for (const [text, says, next] of spoilt) {
    await writeFile(join(folder, 'Vagrantfile'), text)
    const inventory = await inventoryOf(lab, folder, { cp: { groups: ['control-plane'] } })
    const { exit, end, events } = await runPlaybook(prepare, ['--inventory', inventory], lab.env)
    // Of the host, where it was met there.
    const failed = events.find((event): event is ResourceEnd => event.type === 'resource.end' && !!event.failure)
    const failure = failed?.failure ?? end?.failure
    equal(exit, 70, `exit status of ${text}`)
    holds(says.test(failure?.cause ?? ''), `${failure?.cause} says why ${text}`)
    holds(failure?.next?.includes(next) ?? false, `${failure?.next} says what to do about ${text}`)
  }
}

async function inventoryOf(lab: GuestLab, folder: string, hosts: object): Promise<string> {
  const file = join(lab.folder, 'own.yaml')
  const groups = { cluster: { children: ['control-plane'] } }
  const vagrant = { folder, hypervisor: 'standin' }
  await writeFile(file, stringify({ lab: `${lab.name}-o`, provider: 'vagrant', vagrant, hosts, groups }))
  return file
}
