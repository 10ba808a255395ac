import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { RunEnd } from '../engine/report/events.ts'
import { eventsOf } from './lib/testing/events-of.ts'
import { type Ended, inProcess } from './lib/testing/in-process.ts'
import { ownInventory } from './lib/testing/own-inventory.ts'

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'andamio-bare-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

/** The same of a lab that is nowhere. */
const bareOf = async (playbook: string, ...args: readonly string[]) =>
  bare(playbook, '--inventory', (await ownInventory()).file, ...args)

/** A playbook on a bare machine: no root, no program in the PATH, no cache, no state. */
async function bare(playbook: string, ...args: readonly string[]): Promise<Ended> {
  const user = vi.spyOn(process, 'getuid').mockReturnValue(65534)
  try {
    return await inProcess(playbook, args, {
      PATH: dirname(process.execPath),
      HOME: home,
      XDG_CACHE_HOME: join(home, 'cache'),
      XDG_STATE_HOME: join(home, 'state'),
    })
  } finally {
    user.mockRestore()
  }
}

it('finds in a check already that this machine has no room, and a first boot nothing to read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'andamio-own-'))
  const inventory = join(folder, 'large.yaml')
  const up = async (host: string) => {
    const groups = 'groups: { cluster: { children: [control-plane] } }'
    const text = `lab: large-${process.pid}\nprovider: local\nhosts: { cp: { groups: [control-plane, storage, registry], cpus: 1, ${host} } }\n${groups}`
    await writeFile(inventory, text)
    return bare('up', '--check', '--inventory', inventory)
  }
  const [large, unread] = [await up('memory: 9999G'), await up('memory: 1G, image: cloud, userData: gone.yaml')]
  await rm(folder, { recursive: true })
  const told = /would end at once\. This machine has no room for the lab's hosts: room for memory files: [^.]*\./
  expect([large.exit, large.stdout.replaceAll(/\s+/g, ' ')]).toEqual([2, expect.stringMatching(told)])
  expect(large.stdout).toContain('kubeadm-init cp')
  expect([unread.exit, unread.stdout]).toEqual([64, expect.stringContaining('user-data-unreadable')])
})

it('plans no worker of a cluster that nobody would make', async () => {
  const { exit, stdout } = await bareOf('up', '--check', '--limit', 'worker1')
  expect(exit).toBe(64)
  expect(stdout).toContain('worker1 needs cp, which does not exist and is outside --limit')
  expect(await readdir(home)).toEqual([])
})

describe('what is not understood is refused before anything happens', () => {
  it.each([
    ['a mistyped flag', ['--chekc'], 'usage', '--check'],
    ['an inventory that is not there', ['--inventory', 'nowhere'], 'inventory-not-found', 'local'],
    ['a host that is not there', ['--limit', 'worker9'], 'limit-unknown', 'worker'],
    ['a key that is not there', ['--inventory', 'static'], 'inventory-invalid', 'static.yaml:9:8'],
    ['a host to take over that is not there', ['--check', '--take-over', 'worker9'], 'unknown-host', 'worker'],
  ])('%s', async (_, args, code, hint) => {
    const { exit, stdout, stderr } = await bare('up', ...args)
    expect(exit).toBe(64)
    expect(stdout).toBe('')
    expect(stderr).toContain(code)
    expect(stderr).toContain(hint)
    expect(await readdir(home)).toEqual([])
  })

  it.each([
    ['a mistyped flag', ['--json', '--chekc'], 'usage'],
    ['an inventory that is not there', ['--inventory', 'nowhere', '--json'], 'inventory-not-found'],
  ])('%s, to a program as the end of a run', async (_, args, code) => {
    const { exit, stdout, stderr } = await bare('up', ...args)
    expect(exit).toBe(64)
    expect(eventsOf(stdout)).toMatchObject([{ type: 'run.end', exit: 64, hosts: {}, failure: { code } }])
    expect(stderr).toContain(code)
  })

  it.each(['--html', '--junit', '--exec-log'])('a file that %s cannot write', async flag => {
    const { exit, stdout, stderr } = await bare('up', '--check', flag, '/proc/x')
    expect(exit).toBe(64)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/\/proc\/x cannot be written[\s\S]*file-unwritable/)
    expect(stderr).not.toContain('.tmp')
  })

  it('a kubeconfig that cannot be written', async () => {
    const { exit, stdout } = await bareOf('kubeconfig', '--out', '/proc/x')
    expect(exit).toBe(64)
    expect(stdout).toContain('file-unwritable')
  })

  it('a host that ssh does not find in the inventory', async () => {
    const { exit, stderr } = await bareOf('ssh', 'worker9')
    expect(exit).toBe(64)
    expect(stderr).toContain('unknown-host')
  })

  it.each([[['--yes']], [['--check']], [[]]])('a down of hosts that were there before the lab: %s', async args => {
    const folder = await mkdtemp(join(tmpdir(), 'andamio-own-'))
    const inventory = join(folder, 'own.yaml')
    await writeFile(inventory, 'lab: own\nprovider: static\nhosts: { cp: { address: 192.0.2.10 } }\n')
    const { exit, stdout } = await bare('down', '--inventory', inventory, ...args)
    await rm(folder, { recursive: true })
    expect(stdout).toContain('hosts-stay')
    expect(stdout).not.toContain('no terminal')
    expect(exit).toBe(64)
  })
})

describe('without a lab', () => {
  it.each([[[]], [['--check']], [['--yes']]])('down asks nothing, and says that there is none: %s', async args => {
    const { lab, file } = await ownInventory()
    const { exit, stdout } = await bare('down', '--inventory', file, ...args)
    expect(stdout).toContain(`There is no lab ${lab} on this machine.`)
    expect(exit).toBe(0)
    expect((await readdir(home, { recursive: true })).filter(path => path.endsWith('lock'))).toEqual([])
  })

  it('up builds none without root', async () => {
    const { exit, stdout } = await bareOf('up')
    expect([exit, stdout]).toEqual([70, expect.stringMatching(/root/)])
    const left = await readdir(home, { recursive: true, withFileTypes: true })
    expect(left.filter(entry => !entry.isDirectory())).toEqual([])
  })

  it('verify says once that there is none, and what builds it', async () => {
    const { exit, stdout } = await bareOf('verify', '--json')
    const events = stdout.trim().split('\n')
    const end = JSON.parse(events.at(-1) ?? '') as RunEnd
    expect(end.failure).toMatchObject({ code: 'no-cluster', next: expect.stringContaining('up.mjs') })
    expect(events.filter(line => line.includes('check.end'))).toEqual([])
    expect(exit).toBe(69)
  })
})
