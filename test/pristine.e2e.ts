/**
 * Boots blank hosts and asks every probe of `up` on them: their answers must be those in pristine.json, by which --check
 * speaks of hosts that do not exist yet. `npm run e2e:pristine`; with `-- --write` it records them. Needs root.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { keyOf, withoutName } from '../engine/provider/lab/any-host.ts'
import { listedFolders, type Recorded } from '../engine/provider/local/pristine.ts'
import type { Json } from '../engine/report/events.ts'
import { type Answer, present } from '../engine/resource/resource.ts'
import { sh } from '../engine/shell/sh.ts'
import { convergePlan } from './e2e/converge-plan.ts'
import { nameOfThisRun } from './e2e/lab-name.ts'
import { equal, holds, proof, prove, say } from './e2e/proof.ts'
import { project, runPlaybook } from './e2e/run-playbook.ts'
import { type ScratchLab, scratchLab } from './e2e/scratch-lab.ts'
import { runOn } from './e2e/system-ssh.ts'

const recordFile = join(project, 'engine/provider/local/pristine.json')
/** One of each sort: what differs between workers is their name. */
const sorts = ['cp', 'worker1', 'nfs']
const name = nameOfThisRun('pristine')
const scratch = await mkdtemp(join(tmpdir(), 'andamio-pristine-'))
const env = {
  XDG_STATE_HOME: join(scratch, 'state'),
  XDG_CONFIG_HOME: join(scratch, 'config'),
  ANDAMIO_RECORD_ANSWERS: join(scratch, 'answers'),
}
let lab: ScratchLab | undefined

interface Line {
  readonly target: string
  readonly kind: string
  readonly id: string
  readonly answer: Answer<Json>
}

/** Answers of all hosts as one record. Hosts must agree but for their names, or the record could not speak for them. */
function merge(lines: readonly Line[]): Recorded {
  const record: Record<string, Answer<Json>> = {}
  const providers = new Set([...(lab?.provider.create().hosts.values() ?? [])].flat().map(({ kind }) => kind))
  for (const { target, kind, id, answer } of lines) {
    // The provider's own resources are of this machine, and answer for themselves.
    if (!sorts.includes(target) || providers.has(kind)) continue
    const key = withoutName(keyOf(kind, id), target)
    const general = forget(withoutName(answer, target))
    const before = record[key]
    if (before && JSON.stringify(before) !== JSON.stringify(general)) {
      equal(withoutHash(general), withoutHash(before), `${key} on ${target}, as on the hosts before`)
    }
    record[key] = before ? withoutHashUnlessEqual(before, general) : general
  }
  return record
}

const inOrder = (record: Recorded): Recorded =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))

/** A file that holds its host's own name or address is another one on each, and never what a role wishes. */
const withoutHash = (answer: Answer<Json>): Answer<Json> =>
  JSON.parse(JSON.stringify(answer).replaceAll(/"sha256:[0-9a-f]{64}"/g, '"sha256:another on every host"'))
const withoutHashUnlessEqual = (one: Answer<Json>, other: Answer<Json>): Answer<Json> =>
  JSON.stringify(one) === JSON.stringify(other) ? one : withoutHash(one)

/** What lies in folders beneath which an inventory may put things, on every host alike. */
async function listings({ provider }: ScratchLab): Promise<Recorded> {
  const listed: Record<string, Answer<Json>> = {}
  for (const [host, found] of await provider.find()) {
    for (const folder of listedFolders) {
      const names = (await runOn(found, sh`ls -A1 ${folder}`)).split('\n').filter(Boolean).sort()
      const key = keyOf('folder', folder)
      equal(present(names), listed[key] ?? present(names), `${key} on ${host}, as on the hosts before`)
      listed[key] = present(names)
    }
  }
  return listed
}

/** What differs from boot to boot, or with the archive in use, and decides nothing on a blank host. */
const passing: Readonly<Record<string, Json>> = { machineId: 'blank', bootId: 'blank', invocation: 'blank', lists: [] }
function forget(answer: Answer<Json>): Answer<Json> {
  return JSON.parse(JSON.stringify(answer, (field, inner) => (inner === null ? inner : (passing[field] ?? inner))))
}

async function steps(): Promise<void> {
  let found: Recorded = {}
  await prove('blank hosts answer every probe', async () => {
    const builtin = parse(await readFile(join(project, 'inventory/local.yaml'), 'utf8'))
    const size = ({ memory, cpus }: { memory: string; cpus: number }) => ({ memory, cpus })
    const hosts = Object.fromEntries(sorts.map(host => [host, size(builtin.hosts[host])]))
    const stateFolder = join(env.XDG_STATE_HOME, 'andamio', name)
    lab = await scratchLab({ name, stateFolder, hosts })
    await lab.provider.preflight()
    await convergePlan(lab.provider.create(), 'shared-first')
    const inventory = join(scratch, 'lab.yaml')
    await writeFile(inventory, stringify({ ...builtin, lab: name }))
    const look = await runPlaybook('up', ['--inventory', inventory, '--check', '--limit', sorts.join(',')], env)
    holds(look.exit === 2 || look.exit === 3, `check finds changes (exit ${look.exit})`)
    const lines = (await readFile(env.ANDAMIO_RECORD_ANSWERS, 'utf8')).split('\n').filter(Boolean)
    found = inOrder({ ...merge(lines.map(line => JSON.parse(line) as Line)), ...(await listings(lab)) })
    say(`${Object.keys(found).length} answers`)
  })
  if (process.argv.includes('--write')) {
    await writeFile(recordFile, `${JSON.stringify(found, undefined, 2)}\n`)
    return
  }
  await prove('they are those that are recorded', async () => {
    const recorded = JSON.parse(await readFile(recordFile, 'utf8')) as Recorded
    for (const key of new Set([...Object.keys(found), ...Object.keys(recorded)])) equal(found[key], recorded[key], key)
  })
}

async function cleanUp(): Promise<void> {
  if (lab) await convergePlan(lab.provider.destroy(), 'hosts-first')
  await rm(scratch, { recursive: true, force: true })
}

await proof('blank hosts are as check mode takes them to be', steps, cleanUp)
