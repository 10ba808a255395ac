import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import type { Answer } from './answers.ts'
import type { HostsWish } from './host-process.ts'

/** Enough that no single one is what a run waits for. */
const processes = 2

export interface SimulatedHosts {
  /** Inventory file; log-in keys and known_hosts lie in the folder that was given. */
  readonly inventory: string
  close(): Promise<void>
}

/** Makes the key pairs of operator and hosts in this folder's `.ssh`. */
export function makeKeys(folder: string): {
  readonly hostKey: string
  readonly userKey: string
  readonly identity: string
} {
  const ssh = join(folder, '.ssh')
  mkdirSync(ssh, { recursive: true, mode: 0o700 })
  for (const name of ['host', 'user'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(ssh, name)])
  const text = (name: string) => readFileSync(join(ssh, name), 'utf8')
  return { hostKey: text('host'), userKey: text('user.pub'), identity: join(ssh, 'user') }
}

/** Hosts that answer as recorded, in processes of their own; and what a run needs to know of them, in `folder`. */
export async function simulateHosts(
  count: number,
  answers: readonly Answer[],
  folder: string,
): Promise<SimulatedHosts> {
  const { hostKey, userKey, identity } = makeKeys(folder)
  const children = Array.from({ length: Math.min(processes, count) }, () =>
    fork(fileURLToPath(new URL('./host-process.ts', import.meta.url)), { execArgv: ['--import', 'tsx'] }),
  )
  const parts = children.map(async (child, index) => {
    const own = Math.ceil((count - index) / children.length)
    child.send({ hostKey, userKey, count: own, answers } satisfies HostsWish)
    const [ports] = (await once(child, 'message')) as [number[]]
    return ports
  })
  const ports = (await Promise.all(parts)).flat()
  return { inventory: describe(ports, identity, folder), close: () => ended(children) }
}

/** Writes inventory and known_hosts for hosts of root on these ports; gives the inventory's path. */
export function describe(ports: readonly number[], identity: string, folder: string): string {
  const [, type, key] = readFileSync(join(folder, '.ssh/host.pub'), 'utf8').match(/^(\S+) (\S+)/) ?? []
  const known = ports.map(port => `[127.0.0.1]:${port} ${type} ${key}\n`)
  writeFileSync(join(folder, '.ssh/known_hosts'), known.join(''))
  const hosts = ports.map((port, index) => [`h${index + 1}`, { address: '127.0.0.1', port }])
  const login = { user: 'root', key: identity, agent: false }
  const lab = { lab: 'bench-scale', provider: 'static', source: 'upstream', static: login }
  const inventory = join(folder, 'lab.yaml')
  writeFileSync(inventory, stringify({ ...lab, hosts: Object.fromEntries(hosts) }))
  return inventory
}

async function ended(children: readonly ChildProcess[]): Promise<void> {
  await Promise.all(
    children.map(async child => {
      if (child.exitCode !== null) return
      const gone = once(child, 'exit')
      child.disconnect()
      await gone
    }),
  )
}
