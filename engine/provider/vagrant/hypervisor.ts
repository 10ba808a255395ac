import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AndamioError } from '../../errors.ts'
import type { Failure } from '../../report/events.ts'
import type { VagrantClient } from './client.ts'

const oneMachine = 'Vagrant.configure("2") { |config| config.vm.define "one" }\n'

/**
 * Why Vagrant could make no machine on this machine, before there is a project: asked of one that has a machine and nothing
 * besides, in a folder that is gone afterwards. What it answers is what it would say of ours.
 */
export async function hypervisorTrouble(inFolder: (folder: string) => VagrantClient): Promise<Failure | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'andamio-vagrant-'))
  try {
    await writeFile(join(folder, 'Vagrantfile'), oneMachine)
    await inFolder(folder).machines()
    return undefined
  } catch (error) {
    if (error instanceof AndamioError) return missingIn(error.failure)
    throw error
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const noneThere = /NoDefaultProvider|ProviderNotUsable|No usable default provider|isn't usable on this system/
const notKnown = /ProviderNotFound|provider '.*' could not be found/

/** The same failure, told as what it is where it is that. */
export function missingIn(failure: Failure): Failure {
  const { cause = '' } = failure
  if (!noneThere.test(cause) && !notKnown.test(cause)) return failure
  return {
    code: 'hypervisor-missing',
    message: 'Vagrant has no hypervisor here to make machines by',
    place: 'this machine',
    cause: cause.replace(/\.$/, ''),
    next: [
      'Install VirtualBox (virtualbox.org), or libvirt with its plugin',
      '(on Debian: apt-get install libvirt-daemon-system qemu-system-x86 vagrant-libvirt; else `vagrant plugin install',
      'vagrant-libvirt`) and say vagrant: { hypervisor: libvirt } in the inventory;',
      'or take hosts that need none: --inventory local, static.',
    ].join(' '),
  }
}
