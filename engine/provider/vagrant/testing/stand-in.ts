import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { complains, says, type Told, UnexpectedCall } from '../../testing/stand-in.ts'
import { guestScript } from '../guest.ts'

export interface Box {
  state: string
  /** States that come of it by themselves, one with each look. */
  later?: string[]
  /** What the machine says of itself, as guestScript prints it. */
  readonly guest?: string
  readonly login?: string
}

const hostKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g root@box'

/** As a box of VirtualBox has it: the first card behind NAT, the second in the hosts' network. */
export const guestOf = (address: string, key = hostKey): string => `${key}
/sys/class/net/eth0/device
/sys/class/net/eth1/device
2: eth0    inet 10.0.2.15/24 brd 10.0.2.255 scope global dynamic eth0\\       valid_lft 86262sec preferred_lft 86262sec
3: eth1    inet ${address}/24 brd 192.168.56.255 scope global eth1\\       valid_lft forever preferred_lft forever
default via 10.0.2.2 dev eth0 proto dhcp src 10.0.2.15 metric 1024
`

/** Answers as the program `vagrant` does with VirtualBox, in its shapes. Whatever else it is asked throws. */
export class VagrantStandIn {
  readonly calls: string[] = []
  readonly machines: Record<string, Box>
  version = '2.4.1'
  /** What `up` ends with, of any machine or of one. */
  upFails: Told | undefined
  upFailsOf: { readonly name: string; readonly told: Told } | undefined
  /** What it says of a project that has nothing but one machine: whether it could make any. */
  elsewhere: Told = says('1763660000,one,metadata,provider,virtualbox\n1763660000,one,state,not_created\n')
  /** A machine that runs, and whose sshd nobody can say anything of yet. */
  notReady: string | undefined
  #made = 0
  readonly #folder: string

  constructor(folder: string, machines: Record<string, Box>) {
    this.#folder = folder
    this.machines = machines
    for (const [name, { state }] of Object.entries(machines)) if (state !== 'not_created') this.#make(name)
  }

  answer(args: readonly string[]): Told {
    const text = args.join(' ')
    this.calls.push(text)
    if (text === '--version') return says(`Vagrant ${this.version}\n`)
    if (text === 'status --machine-readable') return says(this.#status())
    const [command, ...names] = args
    if (command === 'ssh-config' && names.length > 0) return this.#sshConfig(names)
    const [, wished = ''] = /^up ([^-].*) --machine-readable$/.exec(text) ?? []
    if (wished !== '') return this.#upAll(wished.split(' '))
    const [, gone = ''] = /^destroy --force (\S+) --machine-readable$/.exec(text) ?? []
    if (gone !== '') return this.#destroy(gone)
    const [, guest = ''] = /^ssh (\S+) --no-tty -c /.exec(text) ?? []
    if (guest === '' || args.at(-1) !== guestScript) throw new UnexpectedCall('vagrant', args, 'not in a form known')
    return says(this.machines[guest]?.guest ?? guestOf('192.168.56.10'))
  }

  /** Machines that the project's files name and nobody has made. */
  #status(): string {
    for (const file of filesOf(join(this.#folder, 'machines')))
      this.machines[file.replace(/\.json$/, '')] ??= { state: 'not_created' }
    const lines = Object.entries(this.machines).flatMap(([name, box]) => {
      const { state } = box
      box.state = box.later?.shift() ?? state
      return [
        `1763660000,${name},metadata,provider,virtualbox`,
        `1763660000,${name},provider-name,virtualbox`,
        `1763660000,${name},state,${state}`,
        `1763660000,${name},state-human-short,${state}`,
        `1763660000,${name},state-human-long,The VM is ${state}. To stop this VM%!(VAGRANT_COMMA) you can run\\n\`vagrant halt\`.`,
      ]
    })
    return `${lines.join('\n')}\n1763660000,,ui,info,Current machine states:\\n\n`
  }

  #sshConfig(names: readonly string[]): Told {
    const down = names.find(name => this.machines[name]?.state !== 'running' || name === this.notReady)
    if (down !== undefined)
      return complains(
        'The provider for this Vagrant-managed machine is reporting that it\nis not yet ready for SSH.',
        1,
      )
    return says(names.map(name => this.machines[name]?.login ?? loginOf(name, this.#folder)).join('\n'))
  }

  #upAll(names: readonly string[]): Told {
    const told = names.map(name => this.#up(name))
    return told.find(({ code }) => code !== 0) ?? says(told.map(({ stdout }) => stdout).join(''))
  }

  #up(name: string): Told {
    const machine = this.machines[name]
    if (this.upFails) return this.upFails
    if (this.upFailsOf?.name === name) return this.upFailsOf.told
    if (machine === undefined)
      return exitsWith('VirtualMachineNotFound', `The machine with the name '${name}' was not found`)
    if (machine.state === 'not_created') this.#make(name)
    machine.state = 'running'
    return says(`1763660000,${name},metadata,provider,virtualbox\n1763660000,${name},action,up,end\n`)
  }

  #destroy(name: string): Told {
    rmSync(join(this.#folder, '.vagrant/machines', name), { recursive: true })
    this.machines[name] = { state: 'not_created' }
    return says(`1763660000,${name},ui,info,Destroying VM and associated drives...\n`)
  }

  #make(name: string): void {
    this.#made += 1
    const folder = join(this.#folder, '.vagrant/machines', name, 'virtualbox')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'id'), `b5a9${name}-${this.#made}`)
  }
}

/** As Vagrant ends with an error of its own. */
export const exitsWith = (name: string, words: string): Told => {
  const data = words.replaceAll('\n', '\\n').replaceAll(',', '%!(VAGRANT_COMMA)')
  const stdout = `1763660000,,ui,error,${data}\n1763660000,,error-exit,Vagrant::Errors::${name},${data}\n`
  return { code: 1, stdout, stderr: '' }
}

const loginOf = (name: string, folder: string): string => `Host ${name}
  HostName 127.0.0.1
  User vagrant
  Port 2222
  UserKnownHostsFile /dev/null
  StrictHostKeyChecking no
  PasswordAuthentication no
  IdentityFile "${folder}/.vagrant/machines/${name}/virtualbox/private_key"
  IdentitiesOnly yes
  LogLevel FATAL
`

function filesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
