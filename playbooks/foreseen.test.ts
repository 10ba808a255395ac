import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { lackOfNetwork } from '../engine/provider/local/network.ts'
import type { RunEnd } from '../engine/report/events.ts'
import { eventsOf } from './lib/testing/events-of.ts'
import { type Ended, inProcess } from './lib/testing/in-process.ts'

const another = vi.hoisted(() => vi.fn<() => Promise<unknown>>(async () => undefined))
vi.mock('../engine/provider/local/lab-of-another.ts', async original => ({
  ...(await original<object>()),
  labOfAnother: another,
}))

let home: string
let inventory: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'andamio-foreseen-'))
  inventory = join(home, 'my.yaml')
  await inventoryWith('')
})
afterEach(async () => {
  another.mockReset()
  await rm(home, { recursive: true })
})

const inventoryWith = (more: string): Promise<void> =>
  writeFile(
    inventory,
    `lab: foreseen
provider: local
${more}
hosts:
  one: { groups: [control-plane, storage, registry], memory: 1G, cpus: 2 }
  other: { groups: [workers], memory: 1G, cpus: 1 }
groups:
  cluster: { children: [control-plane, workers] }
`,
  )

const look = (playbook: string, ...args: readonly string[]): Promise<Ended> =>
  inProcess(playbook, [...args, ...(playbook === 'ssh' ? [] : ['--json']), '--inventory', inventory], {
    XDG_STATE_HOME: join(home, 'state'),
    XDG_CACHE_HOME: join(home, 'cache'),
  })

const events = ({ stdout }: Ended) => eventsOf(stdout)

describe('a subnet that this machine routes to', () => {
  beforeEach(() => inventoryWith('local: { subnet: 127.0.0.0/24 }'))

  it('is told by --check beside its plan', async () => {
    const ended = await look('up', '--check')
    const warnings = events(ended).flatMap(event => (event.type === 'notice' ? [event.text] : []))
    expect(warnings.join('\n')).toMatch(/Without --check this would end at once\..* 127\.0\.0\.0\/24 is in use/)
    expect(ended.exit).toBe(2)
  })

  it('ends an up before the mirror for its hosts is built, with nothing made and nothing to resume', async () => {
    const ended = await look('up', '--yes')
    const end = events(ended).at(-1) as RunEnd
    // Where these tests have no root, that is what stands against local hosts first.
    expect(end.failure?.code).toBe(process.getuid?.() === 0 ? 'subnet-taken' : 'local-hosts-impossible')
    expect([end.exit, end.resume]).toEqual([70, undefined])
    expect(await readdir(home)).not.toContain('cache')
    expect(await readdir(join(home, 'state')).catch(() => [])).toEqual([])
  })

  it('is a finding of doctor', async () => {
    const ended = await look('doctor')
    const provider = events(ended).find(event => event.type === 'check.end' && event.id === 'provider')
    expect(provider).toMatchObject({ passed: false, saw: expect.stringContaining('127.0.0.0/24 is in use') })
    expect(ended.exit).toBe(70)
  })

  it('is foreseen by what makes the network', async () => {
    const wish = { lab: 'foreseen', record: join(home, 'foreseen', 'network.json'), hosts: [] }
    expect(await lackOfNetwork({ ...wish, subnet: '127.0.0.0/24' })).toMatchObject({ code: 'subnet-taken' })
    expect(await lackOfNetwork(wish)).toBeUndefined()
  })
})

it('an address outside the subnet is refused by --check, too', async () => {
  await inventoryWith('local: { subnet: 10.201.0.0/28 }')
  expect((events(await look('up', '--check')).at(-1) as RunEnd).failure).toMatchObject({ code: 'subnet-small' })
})

describe("a lab of this name that is another's", () => {
  const taken = { code: 'lab-name-taken', message: 'taken', next: 'Run the same command with sudo.' }
  beforeEach(() => void another.mockResolvedValue(taken))

  it.each([
    ['status', []],
    ['verify', []],
    ['ssh', ['one']],
    ['kubeconfig', []],
    ['diagnose', []],
    ['drift', []],
    ['up', ['--check']],
    ['up', ['--yes']],
    ['down', ['--yes']],
    ['down', ['--check']],
  ])('is not told absent by %s %s, and nothing is made', async (playbook, args) => {
    const { exit, stdout, stderr } = await look(playbook, ...args)
    expect(stdout + stderr).toContain('lab-name-taken')
    expect(stdout + stderr).toContain('Run the same command with sudo.')
    expect(stdout).not.toMatch(/absent|There is no lab/)
    expect(exit).toBe(70)
    expect(await readdir(join(home, 'state')).catch(() => [])).toEqual([])
  })

  it('is one of what doctor finds', async () => {
    const ended = await look('doctor')
    const provider = events(ended).find(event => event.type === 'check.end' && event.id === 'provider')
    expect(provider).toMatchObject({ passed: false, saw: expect.stringContaining('taken') })
  })
})
