import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Event, RunEnd } from '../engine/report/events.ts'

const project = fileURLToPath(new URL('..', import.meta.url))
const zx = join(project, 'node_modules', 'zx', 'build', 'cli.js')
/** In a user namespace without a mapping we are nobody, and still own the checkout, wherever it lies. */
const asNobody = process.getuid?.() === 0 ? ['/usr/bin/unshare', '--user', '--'] : []

// Whole programs, each of which reads hundreds of files: seconds on a machine that is busy with labs.
vi.setConfig({ testTimeout: 60_000 })

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'andamio-bare-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

/** The start of what loads TypeScript on Node 20 would be most of what a person waits for who asks for help. */
const noLoader = {
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(
    `import module from 'node:module'
     module.register = () => { throw new Error('a loader is registered') }
     module.syncBuiltinESMExports()`,
  )}`,
}

interface Ended {
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
}

/** A playbook on a bare machine: no root, no program in the PATH, no cache, no state. */
const bare = (playbook: string, ...args: readonly string[]) => bareWith({}, playbook, ...args)

function bareWith(more: Record<string, string>, playbook: string, ...args: readonly string[]): Promise<Ended> {
  const env = {
    ...more,
    PATH: dirname(process.execPath),
    HOME: home,
    XDG_CACHE_HOME: join(home, 'cache'),
    XDG_STATE_HOME: join(home, 'state'),
  }
  return new Promise(resolve => {
    const [program = '', ...rest] = [
      ...asNobody,
      process.execPath,
      zx,
      join(project, 'playbooks', `${playbook}.mjs`),
      ...args,
    ]
    execFile(program, rest, { env, cwd: project, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      resolve({ exit: error ? Number(error.code ?? -1) : 0, stdout, stderr })
    })
  })
}

const eventsOf = (stdout: string): readonly Event[] =>
  stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))

describe('a first look on a bare machine', () => {
  it('shows the whole plan, with nothing unknown, and makes nothing', async () => {
    const { exit, stdout, stderr } = await bare('up', '--check', '--json')
    const end = eventsOf(stdout).at(-1) as RunEnd
    expect(exit).toBe(2)
    expect(end).toMatchObject({ type: 'run.end', exit: 2, roundTrips: 0 })
    expect(Object.keys(end.hosts)).toEqual(['cp', 'worker1', 'worker2', 'worker3', 'nfs'])
    expect(Object.keys(end.others ?? {})).toEqual(['lab', 'cluster', 'registry'])
    const counts = { ...end.hosts, ...end.others }
    const targets = Object.entries(counts)
    expect(targets.filter(([, count]) => count.unknown + count.failed + count.unreachable > 0)).toEqual([])
    expect(targets.every(([, count]) => count.changed > 0)).toBe(true)
    expect(await readdir(home)).toEqual([])

    // What check mode tells is what a run does, and what the README shows of one.
    const readme = await readFile(join(project, 'README.md'), 'utf8')
    const shown = [...readme.matchAll(/^(\S+) +: ok=(\d+) +changed=(\d+)/gm)]
    expect(shown.length).toBeGreaterThan(3)
    for (const [, target = '', ok, changed] of shown) {
      const count = counts[target]
      const wouldBeOk = (count?.ok ?? 0) + (count?.assumed ?? 0)
      expect([target, wouldBeOk, count?.changed]).toEqual([target, Number(ok), Number(changed)])
    }
    const pictured = readme.split('\n').filter(line => line.startsWith('  changed '))
    expect(pictured.length).toBeGreaterThan(3)
    const plain = (line: string) => line.replaceAll(/ +/g, ' ').replace(/, [^,]+ s$| \(known after create\)$/, '')
    const told = stderr.split('\n').map(line => plain(line).replace(' would change', ' changed'))
    for (const line of pictured) expect(told).toContain(plain(line))
  })

  it('says that the run itself needs root', async () => {
    const { stdout } = await bare('up', '--check')
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(/warning Without --check [^.]*\. [^.]* need root, [^.]* with sudo\./)
  })

  it.each(['up', 'down', 'verify', 'status', 'kubeconfig', 'ssh', 'diagnose'])('%s explains itself', async playbook => {
    const { exit, stdout } = await bareWith(noLoader, playbook, '--help')
    expect(exit).toBe(0)
    expect(stdout).toMatch(new RegExp(`Examples:\n  npx zx playbooks/${playbook}\\.mjs`))
    const ends = [...stdout.matchAll(/^ +(\d+) {2}\S/gm)].map(([, status]) => Number(status))
    expect(ends).toEqual(expect.arrayContaining([0, 64, 70, 130]))
    // A status that stands here without its flag, or without a lock that it could not get, is one that nobody will see.
    expect([ends.includes(2), ends.includes(3)]).toEqual(Array(2).fill(stdout.includes('--check  ')))
    expect(ends.includes(75)).toBe(['up', 'down'].includes(playbook))
  })
})

it('finds in a check already that this machine has no room, and a first boot nothing to read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'andamio-own-'))
  const inventory = join(folder, 'large.yaml')
  const up = async (host: string) => {
    const groups = 'groups: { cluster: { children: [control-plane] } }'
    const text = `lab: large\nprovider: local\nhosts: { cp: { groups: [control-plane, storage, registry], cpus: 1, ${host} } }\n${groups}`
    await writeFile(inventory, text)
    return bare('up', '--check', '--inventory', inventory)
  }
  const [large, unread] = [await up('memory: 9999G'), await up('memory: 1G, image: cloud, userData: gone.yaml')]
  await rm(folder, { recursive: true })
  expect([large.exit, large.stdout]).toEqual([70, expect.stringContaining('no-room')])
  expect([unread.exit, unread.stdout]).toEqual([64, expect.stringContaining('user-data-unreadable')])
})

it('plans no worker of a cluster that nobody would make', async () => {
  const { exit, stdout } = await bare('up', '--check', '--limit', 'worker1')
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
  })

  it('a kubeconfig that cannot be written', async () => {
    const { exit, stdout } = await bare('kubeconfig', '--out', '/proc/x')
    expect(exit).toBe(64)
    expect(stdout).toContain('file-unwritable')
  })

  it('a host that ssh does not find in the inventory', async () => {
    const { exit, stderr } = await bare('ssh', 'worker9')
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

  it('an up without root', async () => {
    const { exit, stdout } = await bare('up')
    expect(exit).toBe(70)
    expect(stdout).toMatch(/root/)
  })
})

describe('without a lab', () => {
  it.each([[[]], [['--check']], [['--yes']]])('down asks nothing, and says that there is none: %s', async args => {
    const { exit, stdout } = await bare('down', ...args)
    expect(stdout).toContain('There is no lab lab on this machine.')
    expect(exit).toBe(0)
    expect((await readdir(home, { recursive: true })).filter(path => path.endsWith('lock'))).toEqual([])
  })

  it('verify says once that there is none, and what builds it', async () => {
    const { exit, stdout } = await bare('verify', '--json')
    const events = stdout.trim().split('\n')
    const end = JSON.parse(events.at(-1) ?? '') as RunEnd
    expect(end.failure).toMatchObject({ code: 'no-cluster', next: expect.stringContaining('up.mjs') })
    expect(events.filter(line => line.includes('check.end'))).toEqual([])
    expect(exit).toBe(70)
  })
})
