import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Found } from '../../engine/provider/provider.ts'
import { outputOf } from '../../test/e2e/child-output.ts'
import { convergePlan } from '../../test/e2e/converge-plan.ts'
import { say } from '../../test/e2e/proof.ts'
import { type ScratchLab, scratchLab } from '../../test/e2e/scratch-lab.ts'
import { runOn } from '../../test/e2e/system-ssh.ts'
import type { BenchHost } from './bench-host.ts'
import { undoScript } from './blank.ts'
import type { PeersEnvironment } from './environment.ts'
import { fingerprintScript } from './fingerprint.ts'
import { renderAndamio } from './render/andamio.ts'
import { renderAnsible } from './render/ansible.ts'
import { writeFiles } from './render/files.ts'
import { renderLimit } from './render/limit.ts'
import { renderPyinfra } from './render/pyinfra.ts'
import { spoiled, type Work } from './work.ts'

export interface StageWish {
  readonly work: Work
  readonly hosts: number
  /** Added to every round trip, by each host's own kernel (netem). */
  readonly delayMilliseconds: number
}

/** Ansible's apt module wants this on the host and would fetch it; lists are fetched here, so that nobody's run does. */
const prepare = `export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq install -y --no-install-recommends python3-apt >/dev/null 2>&1
apt-get clean`

/** Blank local hosts of one cell, and everything that the contenders read, in a folder of its own. */
export class Stage {
  readonly folder: string
  readonly hosts: readonly BenchHost[]
  readonly stateFolder: string
  readonly work: Work
  readonly #lab: ScratchLab
  readonly #found: ReadonlyMap<string, Found>
  #blank = new Map<string, string>()

  private constructor(
    folder: string,
    work: Work,
    lab: ScratchLab,
    found: ReadonlyMap<string, Found>,
    hosts: readonly BenchHost[],
  ) {
    this.folder = folder
    this.work = work
    this.stateFolder = lab.stateFolder
    this.hosts = hosts
    this.#lab = lab
    this.#found = found
  }

  static async open(wish: StageWish, peers: PeersEnvironment): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), 'andamio-bench-'))
    const names = Array.from({ length: wish.hosts }, (_, index) => `h${index + 1}`)
    const size = { memory: '512M', cpus: 1 }
    const sizes = Object.fromEntries(names.map(name => [name, size]))
    const lab = await scratchLab({
      name: `bench-${process.pid % 10_000}`,
      stateFolder: join(folder, 'lab'),
      hosts: sizes,
    })
    try {
      say(`booting ${wish.hosts} hosts`)
      await lab.provider.preflight()
      await convergePlan(lab.provider.create(), 'shared-first')
      const found = await lab.provider.find()
      const hosts = [...found].map(([name, host]) => benchHost(name, host))
      const stage = new Stage(folder, wish.work, lab, found, hosts)
      await stage.#write(peers)
      say('preparing them')
      await stage.onAll(prepare)
      stage.#blank = await stage.onAll(fingerprintScript(wish.work))
      if (wish.delayMilliseconds > 0)
        await stage.onAll(`tc qdisc replace dev vec0 root netem delay ${wish.delayMilliseconds}ms`)
      return stage
    } catch (error) {
      await convergePlan(lab.provider.destroy(), 'hosts-first')
      await rm(folder, { recursive: true, force: true })
      throw error
    }
  }

  async #write(peers: PeersEnvironment): Promise<void> {
    const { folder, work, hosts } = this
    const key = this.#endpoint(hosts[0]).identityFiles[0] ?? ''
    const known = await Promise.all(hosts.map(host => this.#knownHost(host)))
    const files = {
      'home/.ssh/known_hosts': known.join(''),
      ...renderAndamio(work, hosts, key),
      ...renderAnsible(work, hosts, { key, folder, mitogen: peers.mitogen, collections: peers.collections }),
      ...renderPyinfra(work, hosts, { key, folder }),
      ...renderLimit(work, hosts, { key, folder }),
    }
    await writeFiles(folder, files)
  }

  #endpoint(host: BenchHost | undefined) {
    const found = this.#found.get(host?.name ?? '')
    if (found?.is !== 'running') throw new Error(`${host?.name} does not run`)
    return found.endpoint
  }

  /** The lab keeps a host's key under its name; contenders look for it by its address. */
  async #knownHost(host: BenchHost): Promise<string> {
    const line = await readFile(this.#endpoint(host).knownHostsFile, 'utf8')
    return line.replaceAll(/^\S+/gm, host.address)
  }

  /** Runs a script as root on all hosts, and gives what each printed. */
  async onAll(script: string): Promise<Map<string, string>> {
    const outputs = await Promise.all(
      this.hosts.map(async ({ name }) => {
        const said = await runOn(this.#found.get(name), `sudo -n sh <<'end of script'\n${script}\nend of script\n`, 600)
        return [name, said] as const
      }),
    )
    return new Map(outputs)
  }

  /** What the first host says to a script, as root there. */
  async say(script: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
    const { address, user, identityFiles, knownHostsFile, hostKeyAlias } = this.#endpoint(this.hosts[0])
    const options = [`UserKnownHostsFile=${knownHostsFile}`, `HostKeyAlias=${hostKeyAlias}`].flatMap(each => [
      '-o',
      each,
    ])
    const child = spawn('ssh', [
      '-F',
      'none',
      '-i',
      identityFiles[0] ?? '',
      ...options,
      `${user}@${address}`,
      'sudo -n sh -s',
    ])
    return outputOf(child, script)
  }

  /** One file of each host says something else. */
  async spoil(): Promise<void> {
    await this.onAll(`echo spoiled >>${spoiled(this.work).path}`)
  }

  /** Takes away what was done, and holds that the hosts stand as when they were new. */
  async makeBlank(): Promise<void> {
    await this.onAll(undoScript(this.work, this.#blank.get(this.hosts[0]?.name ?? '') ?? ''))
    for (const [host, is] of await this.onAll(fingerprintScript(this.work)))
      if (is !== this.#blank.get(host)) throw new Error(`${host} is not blank again:\n${is}\n${this.#blank.get(host)}`)
  }

  /** Ends connections that a contender has left open for its next run: every run begins cold. */
  async cool(): Promise<void> {
    const sockets = await readdir(join(this.folder, 'cp')).catch(() => [])
    for (const socket of sockets)
      spawnSync('ssh', ['-F', 'none', '-o', `ControlPath=${join(this.folder, 'cp', socket)}`, '-O', 'exit', 'any'])
  }

  /** What was written so far goes to the disk now, not in the time of who comes next and waits for a file of its own. */
  async settle(): Promise<void> {
    await this.onAll('sync')
    spawnSync('sync')
  }

  async close(): Promise<void> {
    await this.cool()
    await convergePlan(this.#lab.provider.destroy(), 'hosts-first')
    await rm(this.folder, { recursive: true, force: true })
  }
}

function benchHost(name: string, found: Found): BenchHost {
  if (found.is !== 'running') throw new Error(`${name} is ${found.is}`)
  return { name, address: found.endpoint.address, user: found.endpoint.user }
}
