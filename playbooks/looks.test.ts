import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lockLab } from '../engine/play/lab-lock.ts'
import type { RunEnd } from '../engine/report/events.ts'
import { eventsOf } from './lib/testing/events-of.ts'
import { type Ended, inProcess } from './lib/testing/in-process.ts'

const text = `lab: seen
provider: local
hosts:
  one: { groups: [control-plane, storage, registry], memory: 1G, cpus: 1 }
  other: { groups: [workers], memory: 1G, cpus: 1 }
groups:
  cluster: { children: [control-plane, workers] }
`

let home: string
let inventory: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'andamio-looks-'))
  inventory = join(home, 'my lab.yaml')
  await writeFile(inventory, text)
})
afterEach(() => rm(home, { recursive: true }))

/** A playbook on this inventory. */
const look = (playbook: string, ...args: readonly string[]): Promise<Ended> =>
  inProcess(playbook, [...args, '--inventory', inventory], {
    XDG_STATE_HOME: join(home, 'state'),
    XDG_CACHE_HOME: join(home, 'cache'),
  })

const events = ({ stdout }: Ended) => eventsOf(stdout)

const failureOf = (ended: Ended) => (events(ended).at(-1) as RunEnd).failure

/** Stopped, as far as the provider can tell. */
async function madeBefore(host: string): Promise<void> {
  const folder = join(home, 'state/andamio/seen/hosts', host)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'disk.img'), '')
}

describe('the command that is named as the next one', () => {
  it.each([
    ['verify', [], 'no-cluster'],
    ['kubeconfig', [], 'no-cluster'],
    ['diagnose', [], 'nothing-to-gather'],
    ['ssh', ['one'], 'host-not-running'],
  ])('by %s is of the same lab', async (playbook, args, code) => {
    const { exit, stdout, stderr } = await look(playbook, ...args)
    const told = (stdout + stderr).replaceAll(/\s+/g, ' ')
    expect(told).toContain(`: npx zx playbooks/up.mjs --inventory '${inventory}'`)
    expect(told).toContain(code)
    expect(told).not.toContain('To resume')
    expect(exit).toBe(69)
  })
})

describe('verify of a lab that is not whole', () => {
  it('says which hosts are missing, once, in place of what each check made of it', async () => {
    await madeBefore('one')
    const ended = await look('verify', '--json')
    expect(failureOf(ended)).toMatchObject({
      code: 'host-not-running',
      message: 'other is not built; one is stopped',
      next: `Bring it about: npx zx playbooks/up.mjs --inventory '${inventory}'`,
    })
    expect(events(ended).filter(({ type }) => type === 'check.end')).toEqual([])
    expect(ended.exit).toBe(69)
  })
})

describe('while a run holds the lab', () => {
  const holding = async (work: () => Promise<void>) => {
    const lock = await lockLab(join(home, 'state/andamio/seen'), 'up')
    await work().finally(() => lock.release())
  }

  it.each([
    ['verify', []],
    ['status', []],
    ['diagnose', []],
    ['up', ['--check']],
  ])('%s %s says which, since when and by whom', (playbook, args) =>
    holding(async () => {
      const ended = await look(playbook, '--json', ...args)
      const notices = events(ended).flatMap(event => (event.type === 'notice' ? [event] : []))
      expect(notices[0]).toMatchObject({
        level: 'warning',
        text: expect.stringMatching(
          `^A run is changing this lab: up by \\S+, process ${process.pid}, since 20\\S+Z\\. `,
        ),
        data: { heldBy: { playbook: 'up', process: process.pid } },
      })
    }))

  it('nobody is told to run up beside it', () =>
    holding(async () => {
      const next = expect.stringMatching(`^Wait for the end of the run that holds this lab: up by `)
      expect(failureOf(await look('verify', '--json'))).toMatchObject({ code: 'no-cluster', next })
    }))

  it('that was killed says nothing any more', async () => {
    await mkdir(join(home, 'state/andamio/seen'), { recursive: true })
    const dead = { pid: process.pid, startTime: '0', bootId: 'another' }
    const holder = { process: dead, playbook: 'up', who: 'someone@somewhere', since: 'then' }
    await writeFile(join(home, 'state/andamio/seen/lock'), JSON.stringify(holder))
    const ended = await look('verify', '--json')
    expect(ended.stdout).not.toContain('heldBy')
    expect(failureOf(ended)?.next).toContain('up.mjs')
  })
})
