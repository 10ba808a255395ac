import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { stringify } from 'yaml'
import { labLayout } from '../../../engine/provider/lab/layout.ts'
import { findHost } from '../../../engine/provider/local/find.ts'
import type { Found } from '../../../engine/provider/provider.ts'
import { sh } from '../../../engine/shell/sh.ts'
import { leftovers } from '../local-lab.ts'
import { equal } from '../proof.ts'
import { type PlaybookResult, type RunningPlaybook, runPlaybook, startPlaybook } from '../run-playbook.ts'
import { runOn } from '../system-ssh.ts'
import { prepare } from './reaching.ts'

/** A lab of one local host, and ways to make things bad there. */
export class LabOfOne {
  readonly host = 'one'
  readonly #name: string
  readonly #folder: string
  readonly #fields: object
  readonly #begun: RunningPlaybook[] = []
  readonly #env: { readonly XDG_STATE_HOME: string }

  constructor(name: string, folder: string, env: { readonly XDG_STATE_HOME: string }, fields: object = {}) {
    this.#name = name
    this.#folder = folder
    this.#env = env
    this.#fields = fields
  }

  /** Starts the playbook that prepares the host; `vars` go over the roles' own. */
  async start(args: readonly string[] = [], vars: object = {}): Promise<RunningPlaybook> {
    const running = startPlaybook(prepare, ['--inventory', await this.#inventory(vars), ...args], this.#env)
    this.#begun.push(running)
    return running
  }

  async run(args: readonly string[] = [], vars: object = {}): Promise<PlaybookResult> {
    return (await this.start(args, vars)).done
  }

  async #inventory(vars: object): Promise<string> {
    const file = join(this.#folder, `${this.#name}.yaml`)
    const hosts = { [this.host]: { memory: '1G', cpus: 1, ...this.#fields } }
    // Nothing comes from the mirror but the kernel and the image.
    await writeFile(file, stringify({ lab: this.#name, provider: 'local', source: 'upstream', hosts, vars }))
    return file
  }

  found(): Promise<Found> {
    return findHost(this.host, labLayout(join(this.#env.XDG_STATE_HOME, 'andamio', this.#name)))
  }

  /** Runs a script there as root, beside the product, and gives its output. */
  async root(script: string): Promise<string> {
    return (await runOn(await this.found(), sh`sudo -n sh -euc ${script}`)).trimEnd()
  }

  /** A text that differs when anything that people or roles have put there has changed. */
  kept(): Promise<string> {
    const files = 'find /etc /home /srv /usr/local -type f -print0 | sort -z'
    return this.root(`${files} | xargs -0 sha256sum | sha256sum; dpkg-query -W | sha256sum`)
  }

  /** Someone else's program takes apt's lock. */
  async holdApt(): Promise<void> {
    const program = [
      'import fcntl, time',
      'lock = open("/var/lib/dpkg/lock-frontend", "w")',
      'fcntl.lockf(lock, fcntl.LOCK_EX)',
      'open("/run/held", "w")',
      'time.sleep(3600)',
    ]
    await this.root(`setsid python3 -c '${program.join('; ')}' >/dev/null 2>&1 </dev/null & echo $! >/run/holder
until [ -e /run/held ]; do sleep 0.2; done`)
  }

  async releaseApt(): Promise<void> {
    await this.root('kill "$(cat /run/holder)"; rm -f /run/held')
  }

  /** Takes the lab away as a user does, and holds that nothing is left. */
  async down(): Promise<void> {
    await this.#endRuns()
    if (this.#begun.length === 0) return
    await runPlaybook('down', ['--inventory', await this.#inventory({}), '--yes'], this.#env)
    equal(await leftovers(this.#name, this.#env.XDG_STATE_HOME), [], 'what down leaves')
  }

  /** A step that failed may have left one under way, and that one has the lab. */
  async #endRuns(): Promise<void> {
    for (const { done, kill } of this.#begun) {
      const ended = await Promise.race([done.then(() => true), setTimeout(100, false)])
      if (!ended) kill('SIGKILL')
      await done
    }
  }
}
