import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { stringify } from 'yaml'
import { cacheFolder } from '../../engine/play/folders.ts'
import { labLayout } from '../../engine/provider/lab/layout.ts'
import { findHost } from '../../engine/provider/local/find.ts'
import { leftovers } from './local-lab.ts'
import { equal } from './proof.ts'
import { type PlaybookResult, type RunningPlaybook, runPlaybook, startPlaybook } from './run-playbook.ts'
import { runOn } from './system-ssh.ts'

/** The smallest lab that has every part: its probe runs on the one worker. About five minutes of `up` on two cores. */
export const smallHosts = {
  cp: { groups: ['control-plane'], memory: '3G', cpus: 1 },
  worker1: { groups: ['workers'], memory: '2G', cpus: 1 },
  nfs: { groups: ['storage', 'registry'], memory: '1G', cpus: 1 },
}

export interface LabWish {
  readonly name: string
  /** Over those of the small lab: `hosts`, `vars`, `source`. */
  readonly inventory?: object
  readonly env?: NodeJS.ProcessEnv
  /** A cache of its own, empty at first, in place of the user's. */
  readonly ownCache?: boolean
  /** Keeps state and inventory there, to go on with that lab later; by default they are gone with the proof. */
  readonly folder?: string | undefined
}

/** A lab of a proof's own, whose state never meets the user's. */
export class SmallLab {
  readonly name: string
  readonly folder: string
  readonly stateFolder: string
  readonly inventory: string
  /** Where its cache is when it has one of its own. */
  readonly cacheHome: string
  readonly #env: NodeJS.ProcessEnv
  readonly #stateHome: string
  readonly #kept: boolean

  private constructor(wish: LabWish, folder: string) {
    this.name = wish.name
    this.folder = folder
    this.#stateHome = join(folder, 'state')
    this.stateFolder = join(this.#stateHome, 'andamio', wish.name)
    this.inventory = join(folder, 'lab.yaml')
    this.cacheHome = join(folder, 'cache')
    // Go's own cache stays the user's: an image's program is not to be compiled with all that it uses each time.
    const GOCACHE = process.env.GOCACHE ?? join(dirname(cacheFolder()), 'go-build')
    const cache = wish.ownCache ? { XDG_CACHE_HOME: this.cacheHome, GOCACHE } : {}
    this.#env = { ...wish.env, ...cache, XDG_STATE_HOME: this.#stateHome }
    this.#kept = wish.folder !== undefined
  }

  static async make(wish: LabWish): Promise<SmallLab> {
    if (wish.folder !== undefined) await mkdir(wish.folder, { recursive: true })
    const lab = new SmallLab(wish, wish.folder ?? (await mkdtemp(join(tmpdir(), `andamio-${wish.name}-`))))
    await lab.rewrite(wish.inventory)
    return lab
  }

  /** Its inventory anew: the small lab, with what differs from that. */
  async rewrite(differing: object = {}): Promise<void> {
    const document = {
      lab: this.name,
      provider: 'local',
      source: 'mirror',
      hosts: smallHosts,
      groups: { cluster: { children: ['control-plane', 'workers'] } },
      vars: { 'control-plane': { ignorePreflightErrors: ['NumCPU'] } },
      ...differing,
    }
    await writeFile(this.inventory, stringify(document))
  }

  start(playbook: string, ...args: readonly string[]): RunningPlaybook {
    return startPlaybook(playbook, ['--inventory', this.inventory, ...args], this.#env)
  }

  up(...args: readonly string[]): Promise<PlaybookResult> {
    return runPlaybook('up', ['--inventory', this.inventory, '--yes', ...args], this.#env)
  }

  /** What it is of, the plan says itself. */
  carryOut(plan: string): Promise<PlaybookResult> {
    return runPlaybook('up', ['--yes', '--plan', plan], this.#env)
  }

  upWith(env: NodeJS.ProcessEnv): Promise<PlaybookResult> {
    return runPlaybook('up', ['--inventory', this.inventory, '--yes'], { ...this.#env, ...env })
  }

  async removeHost(host: string): Promise<void> {
    const { exit } = await this.start('down', '--yes', '--limit', host).done
    equal(exit, 0, `exit status of down --limit ${host}`)
  }

  /** Runs a script as root on a host by the system's own ssh; gives its stdout. */
  async on(host: string, script: string): Promise<string> {
    const found = await findHost(host, labLayout(this.stateFolder))
    return runOn(found, `sudo -n sh -eu <<'end of script'\n${script}\nend of script\n`)
  }

  /** Removes it, and holds that nothing is left; a lab that is kept stays as it is. */
  async end(): Promise<void> {
    if (this.#kept) return
    const { exit } = await this.start('down', '--yes').done
    equal(exit, 0, 'exit status of down')
    equal(await leftovers(this.name, this.#stateHome), [], 'what the lab left')
    await rm(this.folder, { recursive: true, force: true })
  }
}
