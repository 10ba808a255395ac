/**
 * The first `up`, beside the same steps done by hand-written shell scripts over OpenSSH (bench/by-hand/*.sh), each on
 * freshly booted blank hosts and with the same mirror. Needs root and the mirror built; about 8 minutes a build.
 *
 *   npm run bench:by-hand -- [ROUNDS] [INVENTORY]
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { openAuthority } from '../engine/pki/authority.ts'
import { cacheFolder } from '../engine/play/folders.ts'
import { openRegistryIdentity } from '../kube/registry/identity.ts'
import { startMirror } from '../mirror/serve.ts'
import { mirrorSource } from '../mirror/source.ts'
import { convergePlan } from '../test/e2e/converge-plan.ts'
import { equal, figure, holds, proof, prove, say } from '../test/e2e/proof.ts'
import { project } from '../test/e2e/run-playbook.ts'
import { type ScratchLab, scratchLab } from '../test/e2e/scratch-lab.ts'
import { SmallLab } from '../test/e2e/small-lab.ts'
import { writeFiles } from './by-hand/files.ts'
import { guestCpuSeconds } from './guest-cpu.ts'

const rounds = Number(process.argv[2] ?? 1)
const { hosts } = parse(await readFile(process.argv[3] ?? join(project, 'inventory', 'local.yaml'), 'utf8'))
const sizes: Readonly<Record<string, { groups: string[]; memory: string; cpus: number }>> = hosts
const workers = Object.keys(sizes).filter(name => sizes[name]?.groups.includes('workers'))

type Contender = (lab: SmallLab, blank: ScratchLab) => Promise<number>

const ours: Contender = async lab => {
  const { exit, seconds } = await lab.up()
  equal(exit, 0, 'exit status of up')
  return seconds
}

const byHand: Contender = async (lab, { provider }) => {
  const address = provider.operatorAddress()
  holds(address !== undefined, 'the lab has a network')
  const { stateFolder } = lab
  const options = {
    address,
    stateFolder,
    cacheFolder: cacheFolder(),
    authority: await openAuthority(stateFolder, lab.name),
  }
  await startMirror(options, new AbortController().signal)
  const found = [...(await provider.find())].flatMap(([name, host]) =>
    host.is === 'running' ? [[name, host.endpoint] as const] : [],
  )
  const endpoints = new Map(found)
  const storage = endpoints.get('nfs')?.address ?? ''
  const folder = join(lab.folder, 'by-hand')
  await mkdir(folder)
  const registry = await openRegistryIdentity(stateFolder, lab.name, storage)
  await writeFiles(folder, { hosts: endpoints, workers, source: await mirrorSource(options), registry })
  const began = performance.now()
  await shell(folder)
  return (performance.now() - began) / 1000
}

async function shell(folder: string): Promise<void> {
  const script = fileURLToPath(new URL('./by-hand/build.sh', import.meta.url))
  const child = spawn('sh', [script, folder], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 40 * 60_000 })
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', line => say(`  by hand: ${line}`))
  const [code] = (await once(child, 'close')) as [number | null]
  equal(code, 0, 'exit status of the scripts')
}

const seconds = { ours: [] as number[], byHand: [] as number[] }
const cpuSeconds = { ours: [] as number[], byHand: [] as number[] }
const total = (list: readonly number[]): number => list.reduce((sum, one) => sum + one, 0)
let lab: SmallLab | undefined

async function compete(name: keyof typeof seconds, contender: Contender): Promise<void> {
  lab = await SmallLab.make({ name: 'bench', inventory: { hosts } })
  const blank = await scratchLab({ name: lab.name, stateFolder: lab.stateFolder, hosts: sizes })
  await convergePlan(blank.provider.create(), 'shared-first')
  const before = await guestCpuSeconds(lab.stateFolder, Object.keys(sizes))
  const took = await contender(lab, blank)
  const cpu = (await guestCpuSeconds(lab.stateFolder, Object.keys(sizes))) - before
  seconds[name].push(took)
  cpuSeconds[name].push(cpu)
  say(`${name}: ${took.toFixed(0)} s, in which the hosts used ${cpu.toFixed(0)} s of processors`)
  await lab.end()
  lab = undefined
}

async function steps(): Promise<void> {
  for (let round = 1; round <= rounds; round++) {
    await prove(`ours, round ${round}`, () => compete('ours', ours))
    await prove(`by hand, round ${round}`, () => compete('byHand', byHand))
  }
  say(
    `seconds of ours: ${seconds.ours.map(Math.round).join(', ')}; by hand: ${seconds.byHand.map(Math.round).join(', ')}`,
  )
  const cpuRatio = total(cpuSeconds.ours) / total(cpuSeconds.byHand)
  say(`processor time of the hosts, ours over by hand: ${cpuRatio.toFixed(2)}`)
  figure('first up over the same by hand', total(seconds.ours) / total(seconds.byHand), { atMost: 1.3 }, 'times')
}

await proof('the first up beside the same by hand', steps, async () => lab?.end())
