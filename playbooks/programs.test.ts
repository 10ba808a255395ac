import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunEnd, RunStart } from '../engine/report/events.ts'
import { eventsOf } from './lib/testing/events-of.ts'
import { ownInventory } from './lib/testing/own-inventory.ts'

const project = fileURLToPath(new URL('..', import.meta.url))
const zx = join(project, 'node_modules', 'zx', 'build', 'cli.js')
const playbooks = ['up', 'down', 'verify', 'demo', 'status', 'kubeconfig', 'ssh', 'diagnose']
/** In a user namespace without a mapping we are nobody, and still own the checkout, wherever it lies. */
const asNobody = process.getuid?.() === 0 ? ['/usr/bin/unshare', '--user', '--'] : []

// Each of these programs reads hundreds of files; what needs no process of its own stands in playbooks.test.ts, and in
// lib/ what is proven of a process by one file that was made of all those, such as that it ends by itself.

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
const bare = (playbook: string, ...args: readonly string[]) =>
  node({}, zx, join(project, 'playbooks', `${playbook}.mjs`), ...args)

function node(more: Record<string, string>, ...args: readonly string[]): Promise<Ended> {
  const env = {
    ...more,
    PATH: dirname(process.execPath),
    HOME: home,
    XDG_CACHE_HOME: join(home, 'cache'),
    XDG_STATE_HOME: join(home, 'state'),
  }
  return new Promise(resolve => {
    const [program = '', ...rest] = [...asNobody, process.execPath, ...args]
    execFile(program, rest, { env, cwd: project, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      resolve({ exit: error ? Number(error.code ?? -1) : 0, stdout, stderr })
    })
  })
}

describe('a first look on a bare machine', () => {
  it('shows the whole plan, with nothing unknown, and makes nothing', async () => {
    const { exit, stdout, stderr } = await bare('up', '--check', '--json', '--inventory', (await ownInventory()).file)
    const events = eventsOf(stdout)
    const [start, end] = [events[0] as RunStart, events.at(-1) as RunEnd]
    expect(start.startup?.every(({ seconds }) => seconds > 0)).toBe(true)
    expect(exit).toBe(2)
    expect(end).toMatchObject({ type: 'run.end', exit: 2, roundTrips: 0 })
    expect(Object.keys(end.hosts)).toEqual(['cp', 'worker1', 'worker2', 'worker3', 'nfs'])
    expect(Object.keys(end.others ?? {})).toEqual(['lab', 'cluster', 'registry'])
    const counts = { ...end.hosts, ...end.others }
    const targets = Object.entries(counts)
    expect(targets.filter(([, count]) => count.unknown + count.failed + count.unreachable > 0)).toEqual([])
    expect(targets.every(([, count]) => count.changed > 0)).toBe(true)
    // But the program itself, made of its sources for the next time.
    expect([await readdir(home), await readdir(join(home, 'cache/andamio'))]).toEqual([['cache'], ['program']])

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

    // And for whom.
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(/warning Without --check [^.]*\. [^.]* need root, [^.]* with sudo\./)
  })

  it('is explained', async () => {
    const { exit, stdout } = await bare('up', '--help')
    expect([exit, stdout]).toEqual([0, expect.stringMatching(/^Usage: [\s\S]*Exit codes:/)])
  })

  const helped = new Map<string, string>()
  beforeAll(async () => {
    const all = playbooks.map(name => [name, join(project, 'playbooks', `${name}.mjs`)])
    const script = `for (const [name, file] of ${JSON.stringify(all)}) {
      process.argv = ['node', file, '--help']
      process.stdout.write('\\0' + name + '\\0')
      await import(file)
    }`
    const { stdout } = await node(noLoader, '--input-type=module', '--eval', script)
    const [, ...parts] = stdout.split('\0')
    for (let i = 0; i < parts.length; i += 2) helped.set(parts[i] ?? '', parts[i + 1] ?? '')
  })

  it.each(playbooks)('%s explains itself before TypeScript is loaded', playbook => {
    const stdout = helped.get(playbook) ?? ''
    expect(stdout).toMatch(new RegExp(`Examples:\n  npx zx playbooks/${playbook}\\.mjs`))
    const ends = [...stdout.matchAll(/^ +(\d+) {2}\S/gm)].map(([, status]) => Number(status))
    expect(ends).toEqual(expect.arrayContaining([0, 64, 70, 130]))
    // A status that stands here without its flag, or without a lock that it could not get, is one that nobody will see.
    expect([ends.includes(2), ends.includes(3)]).toEqual(Array(2).fill(stdout.includes('--check  ')))
    expect(ends.includes(75)).toBe(['up', 'down', 'verify', 'demo'].includes(playbook))
  })
})

it('refuses what is not understood', async () => {
  const { exit, stdout, stderr } = await bare('up', '--chekc')
  expect([exit, stdout, stderr]).toEqual([64, '', expect.stringContaining('did you mean --check')])
})
