/**
 * `kill -9` of a run in every phase of a lab's life, at random within it: the next `up` converges, a further one changes
 * nothing. Needs root; about 45 minutes on two cores.
 *
 *   npm run e2e:kills -- [--seed NUMBER] [--in FOLDER] [MOMENT...]
 *
 * A seed repeats a run's random choices. With a folder the lab stays, and later runs go on with it: for looking closer at
 * one moment.
 */
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { cacheFolder } from '../engine/play/folders.ts'
import { runHere } from '../engine/provider/local/command.ts'
import { sh } from '../engine/shell/sh.ts'
import { apt } from '../mirror/apt.ts'
import { buildMirror } from '../mirror/build-mirror.ts'
import { registry } from '../mirror/registry.ts'
import { folderOf, isBuilt } from '../mirror/step-key.ts'
import { mirrorSteps } from '../mirror/steps.ts'
import { killWithin, Lengths, type Moment, mirrorStep, resource, wholePlay } from './e2e/kill.ts'
import { equal, figure, holds, proof, prove, say } from './e2e/proof.ts'
import { randomFrom } from './e2e/random.ts'
import { changedIds, type PlaybookResult } from './e2e/run-playbook.ts'
import { SmallLab } from './e2e/small-lab.ts'
import { newClusterWanted, nothingApplied, nothingPushed, notJoined } from './e2e/undo.ts'

const { values, positionals } = parseArgs({
  options: { seed: { type: 'string' }, in: { type: 'string' } },
  allowPositionals: true,
})
const seed = Number(values.seed ?? Date.now() % 100_000)
const random = randomFrom(seed)
const pick = <T>(choices: readonly [T, ...T[]]): T => choices[Math.floor(random() * choices.length)] ?? choices[0]

const lab = await SmallLab.make({ name: 'e2e-kills', folder: values.in, ownCache: true })
const scratchCache = join(lab.cacheHome, 'andamio')
const step = pick([apt, registry])
const packages = pick(['containerd.io', 'kubeadm kubelet kubectl kubernetes-cni', 'nfs-common'])
const worker = 'worker1'
/** What a phase needs done again comes from a host that is made anew; all other hosts stay as they are. */
const newWorker = () => lab.removeHost(worker)
const init = { ...resource('kubeadm-init', 'cp'), firstGuessSeconds: 60, undo: () => newClusterWanted(lab) }

const moments: readonly Moment[] = [
  {
    // On nothing at all, so that the `up` after it also builds the lab that the other moments need.
    ...{ name: 'mirror', ...mirrorStep(step.name), within: [0.02, 0.6], firstGuessSeconds: step.coldSeconds / 2 },
    undo: async () => rm(await folderOf(scratchCache, step), { recursive: true, force: true }),
  },
  { name: 'boot', ...resource('local-host', worker), within: [0, 0.7], firstGuessSeconds: 5, undo: newWorker },
  {
    ...{ name: 'apt', ...resource('apt-packages', worker, packages), within: [0.05, 0.7], firstGuessSeconds: 15 },
    undo: newWorker,
  },
  { name: 'init-early', ...init, within: [0.02, 0.3] },
  { name: 'init-middle', ...init, within: [0.3, 0.6] },
  { name: 'init-late', ...init, within: [0.6, 0.9] },
  {
    ...{ name: 'join', ...resource('kubeadm-join', worker), within: [0.02, 0.8], firstGuessSeconds: 25 },
    undo: () => notJoined(lab, worker),
  },
  { name: 'push', ...resource('image'), within: [0, 0.8], firstGuessSeconds: 2, undo: () => nothingPushed(lab) },
  {
    ...{ name: 'apply', ...wholePlay('Apply manifests in order'), within: [0, 0.8], firstGuessSeconds: 20 },
    undo: () => nothingApplied(lab),
  },
  {
    ...{ name: 'down', ...wholePlay('Remove the hosts'), within: [0, 0.8], firstGuessSeconds: 0.5 },
    playbook: 'down',
    undo: async () => equal((await lab.up()).exit, 0, 'exit status of an up before the down to be killed'),
  },
]
const unknown = positionals.filter(name => !moments.some(moment => moment.name === name))
holds(unknown.length === 0, `${unknown} is among ${moments.map(({ name }) => name)}`)
const wanted = moments.filter(({ name }) => positionals.length === 0 || positionals.includes(name))

/** A run of more changes than this has built the lab from nothing, and shows how long every phase is. */
const wholeLab = 90
const lengths = new Lengths()

/** An `up`, which shows how long these moments are. */
async function learn(shown: readonly Moment[]): Promise<PlaybookResult> {
  const up = await lab.up()
  equal(up.exit, 0, 'exit status of the next up')
  for (const one of changedIds(up).length > wholeLab ? moments : shown) lengths.saw(up.events, one)
  return up
}

async function steps(): Promise<void> {
  await prove(`the mirror is there, but its step ${step.name}`, async () => {
    const signal = new AbortController().signal
    const emit = () => undefined
    // The user's own cache is completed and not touched beyond that; what is killed works in links to it.
    await buildMirror({ cacheFolder: cacheFolder(), emit, signal })
    for (const built of mirrorSteps) {
      if (await isBuilt(scratchCache, built)) continue
      const [from, to] = [await folderOf(cacheFolder(), built), await folderOf(scratchCache, built)]
      await runHere(`linking ${built.name}`, sh`mkdir -p ${dirname(to)}; cp -al ${from} ${to}`, { timeoutSeconds: 120 })
    }
  })

  if (wanted[0]?.name !== 'mirror')
    await prove('up builds the lab that the moments need', async () => void (await learn(moments)))
  for (const moment of wanted) {
    await prove(`a run that is killed in ${moment.name}`, async () => {
      await killWithin(lab, moment, random, lengths)
      const next = await learn([moment])
      say(`the next up did ${changedIds(next).length} changes in ${Math.round(next.seconds)} s`)
      const further = await lab.up()
      equal(further.exit, 0, 'exit status of a further up')
      const changed = changedIds(further)
      if (changed.length > 0) say(`  ${changed.join('\n  ')}`)
      figure(`changes of the second up after a kill in ${moment.name}`, changed.length, { atMost: 0 }, 'changes')
    })
  }
  say(`killed in ${wanted.length} of ${moments.length} moments`)
}

say(`seed ${seed}: the mirror's step ${step.name}, apt's ${packages}`)
await proof('runs that are killed', steps, async () => {
  await lab.end()
  if (values.in === undefined) say('nothing is left')
})
