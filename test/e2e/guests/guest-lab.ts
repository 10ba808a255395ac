import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { removeAll } from '../../stand-ins/real-host.ts'
import { nameOfThisRun } from '../lab-name.ts'
import { leftOfLab } from '../machine-state.ts'
import { equal } from '../proof.ts'
import { type PlaybookResult, project, runPlaybook } from '../run-playbook.ts'

export const prepare = join(project, 'test/e2e/guests/prepare.mjs')

/** A lab of two hosts of another program's making, for which a stand-in boots real ones. */
export class GuestLab {
  readonly name: string
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  readonly #inventory: string

  private constructor(name: string, folder: string, env: Readonly<Record<string, string>>) {
    this.name = name
    this.folder = folder
    this.env = { XDG_STATE_HOME: join(folder, 'state'), STAND_IN_FOLDER: folder, STAND_IN_LAB: name, ...env }
    this.#inventory = join(folder, 'lab.yaml')
    // Stand-ins are called from here too.
    Object.assign(process.env, { STAND_IN_LAB: name })
  }

  static async make(
    provider: 'vagrant' | 'multipass',
    inventory: object,
    env: Readonly<Record<string, string>> = {},
  ): Promise<GuestLab> {
    const lab = new GuestLab(nameOfThisRun(provider), await mkdtemp(join(tmpdir(), `andamio-${provider}-`)), env)
    const hosts = {
      cp: { groups: ['control-plane'], memory: '1G', cpus: 1 },
      worker1: { groups: ['workers'], memory: '1G', cpus: 1 },
    }
    const document = { lab: lab.name, provider, hosts, groups: { cluster: { children: ['control-plane', 'workers'] } } }
    await writeFile(lab.#inventory, stringify({ ...document, ...inventory }))
    return lab
  }

  get stateFolder(): string {
    return join(this.folder, 'state', 'andamio', this.name)
  }

  prepare(...args: readonly string[]): Promise<PlaybookResult> {
    return runPlaybook(prepare, ['--inventory', this.#inventory, ...args], this.env)
  }

  run(playbook: string, ...args: readonly string[]): Promise<PlaybookResult> {
    return runPlaybook(playbook, ['--inventory', this.#inventory, ...args], this.env)
  }

  /** Removes it, whatever the proof has come to, and holds that nothing is left of the hosts behind it. */
  async end(): Promise<void> {
    await removeAll(this.folder)
    equal(await leftOfLab(this.name), [], 'what the hosts behind the stand-in left')
    await rm(this.folder, { recursive: true, force: true })
  }

  /** Of the lab on the operator's side. */
  async kept(): Promise<readonly string[]> {
    const entries = await readdir(this.stateFolder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    })
    return entries.filter(entry => !entry.startsWith('lock'))
  }
}
