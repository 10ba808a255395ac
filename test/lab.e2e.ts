/**
 * The whole life of a lab on this machine, as a user lives it: a look before, up, up again, check, verify, a worker that
 * dies, a worker that comes and goes, down, nothing left. Needs root; `npm run e2e:lab`.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { cacheFolder } from '../engine/play/folders.ts'
import type { ResourceEnd } from '../engine/report/events.ts'
import { stepsToBuild } from '../mirror/build-mirror.ts'
import { mirrorSteps } from '../mirror/steps.ts'
import { nameOfThisRun } from './e2e/lab-name.ts'
import { killHost, leftovers } from './e2e/local-lab.ts'
import { equal, figure, holds, proof, prove, say } from './e2e/proof.ts'
import { changedIds, type PlaybookResult, project, runPlaybook, secondsOfPlay } from './e2e/run-playbook.ts'

const labName = nameOfThisRun('e2e')
const scratch = await mkdtemp(join(tmpdir(), 'andamio-e2e-'))
// A state folder of its own: this lab must not meet the user's. The cache is shared, for it is keyed by content.
const env = { XDG_STATE_HOME: join(scratch, 'state'), XDG_CONFIG_HOME: join(scratch, 'config') }
const inventory = join(scratch, 'lab.yaml')

const up = (...args: readonly string[]): Promise<PlaybookResult> =>
  runPlaybook('up', ['--inventory', inventory, ...args], env)

async function writeInventory(workers: number): Promise<void> {
  const builtin = parse(await readFile(join(project, 'inventory', 'local.yaml'), 'utf8'))
  const hosts = Object.entries(builtin.hosts as Record<string, unknown>).map(([name, host]) =>
    name.startsWith('worker') ? [`worker[1:${workers}]`, host] : [name, host],
  )
  await writeFile(inventory, stringify({ ...builtin, lab: labName, hosts: Object.fromEntries(hosts) }))
}

/** Commands that an exec log calls writes. */
async function writesIn(log: string): Promise<string[]> {
  const lines = (await readFile(log, 'utf8')).split('\n').filter(Boolean)
  return lines
    .map(line => JSON.parse(line))
    .filter(entry => entry.purpose !== 'read')
    .map(entry => `${entry.host}: ${entry.why} (${entry.script})`)
}

const outcomes = ({ events }: PlaybookResult, host: string): ResourceEnd[] =>
  events.filter((event): event is ResourceEnd => event.type === 'resource.end' && event.host === host)

let predicted: string[] = []

async function steps(): Promise<void> {
  await prove('check on nothing lists everything and makes nothing', async () => {
    const look = await up('--check')
    equal(look.exit, 2, 'exit status')
    predicted = changedIds(look)
    holds(predicted.length > 50, `a whole plan is listed (${predicted.length} changes)`)
    equal(await leftovers(labName, env.XDG_STATE_HOME), [], 'what it made')
    figure('up --check on a bare machine', look.end?.seconds ?? 99, { atMost: 2 }, 's')
  })

  await prove('up builds what check said, and nothing else', async () => {
    const missing = await stepsToBuild(cacheFolder())
    const first = await up()
    equal(first.exit, 0, 'exit status')
    const actual = changedIds(first)
    const differ = [...actual.filter(id => !predicted.includes(id)), ...predicted.filter(id => !actual.includes(id))]
    for (const id of differ) say(`  differs: ${id}`)
    figure('predicted changes that differ from actual ones', differ.length, { atMost: 0 }, 'ids')
    const mirror = secondsOfPlay(first, 'Build the mirror')
    figure(`mirror, ${missing.length} of ${mirrorSteps.length} steps to build`, mirror / 60, { atMost: 30 }, 'min')
    figure('first up, mirror built', (first.seconds - mirror) / 60, { atMost: 15 }, 'min')
    figure('memory of up', (first.end?.memoryBytes ?? 1e12) / 1e6, { atMost: 150 }, 'MB')
  })

  await prove('up again changes nothing', async () => {
    const log = join(scratch, 'second-up.log')
    const second = await up('--exec-log', log)
    equal(second.exit, 0, 'exit status')
    figure('changes of a second up', changedIds(second).length, { atMost: 0 }, 'changes')
    figure('mutating commands of a second up', (await writesIn(log)).length, { atMost: 0 }, 'commands')
    const visits = second.events.filter(event => event.type === 'play.start').flatMap(event => event.hosts).length
    const ready = second.events.filter(event => event.type === 'host.ready').length
    figure(
      'round trips over one a target and play and one a host',
      (second.end?.roundTrips ?? 1e6) - visits - ready,
      { atMost: 0 },
      'round trips',
    )
  })

  await prove('check finds nothing to do', async () => {
    equal((await up('--check')).exit, 0, 'exit status')
  })

  await prove('verify passes', async () => {
    const verified = await runPlaybook('verify', ['--inventory', inventory], env)
    equal(verified.exit, 0, 'exit status')
    figure('memory of verify', (verified.end?.memoryBytes ?? 1e12) / 1e6, { atMost: 150 }, 'MB')
  })

  await prove('status ends by how the lab stands', async () => {
    equal((await runPlaybook('status', ['--inventory', inventory], env)).exit, 0, 'exit status')
  })

  await prove('a worker that died is brought back by up', async () => {
    await killHost(env.XDG_STATE_HOME, labName, 'worker2')
    equal((await up()).exit, 0, 'exit status of the up that heals')
    figure('changes of the up after that', changedIds(await up()).length, { atMost: 0 }, 'changes')
    equal((await runPlaybook('verify', ['--inventory', inventory], env)).exit, 0, 'exit status of verify')
  })

  await prove('a worker is added without touching other hosts, but the export list', async () => {
    await writeInventory(4)
    const added = await up()
    equal(added.exit, 0, 'exit status')
    const elsewhere = ['cp', 'worker1', 'worker2', 'worker3', 'nfs'].flatMap(host =>
      outcomes(added, host)
        .filter(({ outcome }) => outcome === 'changed')
        .map(({ kind, id }) => `${host} ${kind} ${id}`),
    )
    equal(
      elsewhere.filter(id => !id.startsWith('nfs nfs-export ')),
      [],
      'changes on other hosts',
    )
  })

  await prove('a worker is removed again', async () => {
    await writeInventory(3)
    const foreseen = changedIds(await up('--check'))
    const removed = await up('--yes')
    equal(removed.exit, 0, 'exit status')
    equal(changedIds(removed), foreseen, 'what was changed, against what was foreseen')
    const place = (wanted: string) =>
      removed.events.findIndex(
        event => event.type === 'resource.end' && event.kind === wanted && event.outcome === 'changed',
      )
    holds(
      place('only-nodes') >= 0 && place('only-nodes') < place('nfs-export'),
      'it is cut off from the storage when its node was drained, not before',
    )
    figure('changes of the up after a removal', changedIds(await up()).length, { atMost: 0 }, 'changes')
  })

  await prove('down leaves nothing', async () => {
    equal((await runPlaybook('down', ['--inventory', inventory, '--yes'], env)).exit, 0, 'exit status')
    equal(await leftovers(labName, env.XDG_STATE_HOME), [], 'leftovers')
  })
}

async function cleanUp(): Promise<void> {
  await runPlaybook('down', ['--inventory', inventory, '--yes'], env)
  await rm(scratch, { recursive: true, force: true })
}

await writeInventory(3)
await proof('the life of a lab', steps, cleanUp)
