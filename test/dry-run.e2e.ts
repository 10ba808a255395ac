/**
 * How far a dry run tells the truth: random partial states, made by plain shell and plain requests; what `--check` foresees
 * of each is what the run then does, by host, resource, attribute, before and after. Prints the score, and each miss.
 *
 *   npm run test:dry-run -- [STATES OF ONE HOST [STATES OF A CLUSTER [SEED]]] [--only NUMBER] [--in FOLDER]
 *
 * 180 and 20 by default. A seed repeats the choice; with --only one state of a host alone. With a folder the cluster stays,
 * and later runs go on with it. Needs root; two hosts of 1 GiB, then three.
 */
import { parseArgs } from 'node:util'
import { Bed, type Host } from './e2e/dry-run/bed.ts'
import { clusterStates } from './e2e/dry-run/cluster-states.ts'
import { hostState } from './e2e/dry-run/host-states.ts'
import { onlyLooks, plansAndDrift } from './e2e/dry-run/looking.ts'
import { Score } from './e2e/dry-run/score.ts'
import { equal, figure, holds, proof, prove, say } from './e2e/proof.ts'
import { SmallLab } from './e2e/small-lab.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, in: { type: 'string' } },
})
const [ofHosts = 180, ofCluster = 20, seed = Date.now() % 100_000] = positionals.map(Number)
holds(
  [ofHosts, ofCluster, seed].every(number => Number.isSafeInteger(number) && number >= 0),
  'the arguments are whole numbers: states of one host, states of a cluster, seed',
)
const hosts: readonly Host[] = ['worker1', 'nfs']
const score = new Score()
let bed: Bed | undefined
let cluster: SmallLab | undefined

/** Each host goes through its own numbers, both at once. */
async function walk(at: Bed): Promise<void> {
  const numbers = values.only ? [Number(values.only)] : Array.from({ length: ofHosts }, (_, index) => index + 1)
  await Promise.all(
    hosts.map(async (host, lane) => {
      const mine = numbers.filter(number => number % hosts.length === lane)
      // Else the first of its states is of the blank host.
      if (values.only && mine.length > 0) await at.account(host, 'run')
      for (const number of mine) await hostState(at, host, number, seed, score)
    }),
  )
}

async function steps(): Promise<void> {
  if (ofHosts > 0) {
    await prove(`${values.only ? `state ${values.only}` : `${ofHosts} states`} of one host`, async () => {
      bed = await Bed.boot()
      await walk(bed)
    })
    await bed?.end()
    bed = undefined
  }
  if (ofCluster > 0 && !values.only) {
    const lab = await SmallLab.make({ name: 'dry-run', folder: values.in })
    cluster = lab
    await prove('a cluster that is as it should be', async () => {
      equal((await lab.up()).exit, 0, 'exit status of up')
      equal((await lab.up('--check')).exit, 0, 'exit status of a check')
    })
    await prove('who only looks changes nothing', () => onlyLooks(lab))
    await prove('a plan is carried out or refused, and a drift tells the same', () => plansAndDrift(lab))
    await prove(`${ofCluster} states of a cluster`, () => clusterStates(lab, ofCluster, seed, score))
  }
  await prove('what was foreseen is what happened', async () => {
    for (const miss of score.misses) say(`miss: ${miss}`)
    for (const fault of score.faults) say(`fault: ${fault}`)
    say(`${score.changes} changes in ${score.states} states, seed ${seed}`)
    figure('changes foreseen as they happened', score.percent, { atLeast: 100 }, '%')
    figure('not known beforehand', score.unknownPercent, { atMost: 2 }, '%')
    figure('other faults', score.faults.length, { atMost: 0 }, '')
    holds(score.changes >= score.states, 'the states were partial: there was something to change in them')
  })
}

say(`seed ${seed}: ${ofHosts} states of one host, ${ofCluster} of a cluster`)
await proof('the score of the dry run', steps, async () => {
  await bed?.end()
  await cluster?.end()
})
