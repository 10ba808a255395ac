import { complains, says, type Told, UnexpectedCall } from '../../testing/stand-in.ts'

export interface Guest {
  state: string
  ipv4: readonly string[]
  /** What comes of it by itself, a step with each list. */
  later?: { readonly state?: string; readonly ipv4?: readonly string[] }[]
  size?: { readonly cpus: number; readonly memory: number; readonly disk: number }
  userData?: string
}

/** What the stand-in remembers between calls. */
export interface Remembered {
  version: string
  readonly instances: Record<string, Guest>
  /** What comes of an instance whose start is said to have timed out. */
  start?: Partial<Guest>
  /** What a launch answers, and what comes of its instance; by default it runs at once. */
  launch?: { readonly told?: Told; readonly guest?: Partial<Guest> | null }
}

/** Boots and removes what stands behind an instance; gives its address. */
export interface Behind {
  boot(name: string, userData: string): Promise<string>
  remove(name: string): Promise<void>
}

const launchForm =
  /^launch \S+ --name ([a-z0-9-]+) --cpus (\d+) --memory (\d+)G --disk (\d+)G --timeout \d+ --cloud-init -$/
const gibibyte = 2 ** 30

/** Answers as the program `multipass` does, in its shapes. Whatever else it is asked throws. */
export class MultipassStandIn {
  readonly calls: string[] = []
  readonly remembered: Remembered
  readonly #behind: Behind

  constructor(remembered: Remembered, behind: Behind) {
    this.remembered = remembered
    this.#behind = behind
  }

  async answer(args: readonly string[], stdin = ''): Promise<Told> {
    const text = args.join(' ')
    this.calls.push(text)
    const [command = '', ...rest] = args
    if (text === 'version --format json') return says({ multipass: this.remembered.version })
    if (text === 'list --format json') return says({ list: this.#list() })
    if (text.startsWith('info --format json ')) return this.#info(rest.slice(2))
    if (launchForm.test(text)) return this.#launch(text, stdin)
    const [, name = ''] = /^(?:start --timeout \d+|recover|delete --purge) (\S+)$/.exec(text) ?? []
    if (name === '') throw new UnexpectedCall('multipass', args, 'not in a form that is known')
    const guest = this.remembered.instances[name]
    if (guest === undefined) return complains(missing(command, name))
    if (command === 'start') return this.#start(name, guest)
    if (command === 'recover') {
      if (guest.state !== 'Deleted') throw new UnexpectedCall('multipass', args, 'it is not deleted')
      guest.state = 'Stopped'
    } else {
      await this.#behind.remove(name)
      delete this.remembered.instances[name]
    }
    return says('')
  }

  #list() {
    return Object.entries(this.remembered.instances).map(([name, guest]) => {
      const { state, ipv4 } = guest
      Object.assign(guest, guest.later?.shift())
      return { ipv4, name, release: state === 'Running' ? 'Ubuntu 24.04 LTS' : 'Not Available', state }
    })
  }

  #info(names: readonly string[]): Told {
    const lost = names.find(name => !(name in this.remembered.instances))
    if (lost !== undefined || names.length === 0) return complains(missing('info', lost ?? ''))
    const info = names.map(name => {
      const { state, ipv4, size } = this.remembered.instances[name] as Guest
      const disks = { sda1: { total: String(size?.disk), used: '1883242496' } }
      const memory = { total: size?.memory, used: 222298112 }
      const more = { image_release: '24.04 LTS', load: [0.4, 0.1, 0], mounts: {}, release: 'Ubuntu 24.04.1 LTS' }
      return [name, { cpu_count: String(size?.cpus), disks, ipv4, memory, snapshot_count: '0', state, ...more }]
    })
    return says({ errors: [], info: Object.fromEntries(info) })
  }

  async #launch(text: string, userData: string): Promise<Told> {
    const [, name = '', cpus, memory, disk] = launchForm.exec(text) ?? []
    if (!userData.startsWith('#cloud-config\n')) return complains('Could not load cloud-init configuration: bad', 1)
    if (name in this.remembered.instances) return complains(`launch failed: instance "${name}" already exists`)
    const { told, guest } = this.remembered.launch ?? {}
    if (guest === null) return told ?? says('')
    // What an instance sees of what it was given.
    const size = {
      cpus: Number(cpus),
      memory: Number(memory) * gibibyte * 0.95,
      disk: Number(disk) * gibibyte * 0.96,
    }
    this.remembered.instances[name] = { state: 'Starting', ipv4: [], size, userData, ...guest }
    if (guest === undefined) await this.#run(name, userData)
    return told ?? says(`Launched: ${name}\n`)
  }

  async #start(name: string, guest: Guest): Promise<Told> {
    if (guest.state === 'Deleted')
      return complains(`start failed: The following errors occurred:\nInstance '${name}' is deleted.`)
    const { start } = this.remembered
    if (start) {
      Object.assign(guest, start)
      return complains('start failed: timed out waiting for response')
    }
    await this.#run(name, guest.userData ?? '')
    return says('')
  }

  async #run(name: string, userData: string): Promise<void> {
    const address = await this.#behind.boot(name, userData)
    Object.assign(this.remembered.instances[name] ?? {}, { state: 'Running', ipv4: [address] })
  }
}

const missing = (command: string, name: string): string =>
  `${command} failed: The following errors occurred:\ninstance "${name}" does not exist`
