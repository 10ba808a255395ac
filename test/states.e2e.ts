/**
 * Three random partial states of a lab: what `up --check` foresees is what `up` then does, by host, resource, attribute,
 * before and after. Needs root; about 15 minutes.
 *
 *   npm run e2e:states -- [--seed NUMBER] [--in FOLDER]
 *
 * A seed repeats the choice. With a folder the lab stays, and later runs go on with it.
 */
import { parseArgs } from 'node:util'
import type { Event, ResourceEnd } from '../engine/report/events.ts'
import { inject, injections, someOf } from './e2e/injections.ts'
import { equal, figure, holds, proof, prove, say } from './e2e/proof.ts'
import { randomFrom } from './e2e/random.ts'
import { changedIds, type PlaybookResult } from './e2e/run-playbook.ts'
import { SmallLab } from './e2e/small-lab.ts'

const { values } = parseArgs({ options: { seed: { type: 'string' }, in: { type: 'string' } } })
const seed = Number(values.seed ?? Date.now() % 100_000)
const random = randomFrom(seed)
const [states, atOnce] = [3, 7]
const lab = await SmallLab.make({ name: 'e2e-states', folder: values.in })

/** Every attribute that changed or would: one line each. */
function changes({ events }: PlaybookResult): readonly string[] {
  const ends = events.filter((event): event is ResourceEnd => event.type === 'resource.end')
  return ends
    .filter(({ outcome }) => outcome === 'changed' || outcome === 'would-change')
    .flatMap(({ host, kind, id, changes }) =>
      changes.map(
        ({ attribute, before, after }) =>
          `${host} ${kind} ${id}: ${attribute} ${JSON.stringify(before)} -> ${JSON.stringify(after)}`,
      ),
    )
    .sort()
}

const without = (list: readonly string[], other: readonly string[]): readonly string[] =>
  list.filter(one => !other.includes(one))

async function steps(): Promise<void> {
  await prove('a lab that is as it should be', async () => {
    equal((await lab.up()).exit, 0, 'exit status')
    equal((await lab.up('--check')).exit, 0, 'exit status of check')
  })

  for (let state = 1; state <= states; state++) {
    await prove(`random state ${state}`, async () => {
      const chosen = someOf(atOnce, random)
      for (const injection of chosen) {
        say(`  ${injection.what}`)
        await inject(lab, injection)
      }
      const check = await lab.up('--check')
      holds(check.exit === 2 || check.exit === 3, `check finds something to do (exit status ${check.exit})`)
      const up = await lab.up()
      equal(up.exit, 0, 'exit status of up')
      const [foreseen, done] = [changes(check), changes(up)]
      // What check calls unknown, it foresees nothing of.
      const unknown = check.events.filter(isUnknown).map(({ host, kind, id }) => `${host} ${kind} ${id}: `)
      const vain = without(foreseen, done)
      const unforeseen = without(done, foreseen).filter(change => !unknown.some(one => change.startsWith(one)))
      for (const miss of vain) say(`  foreseen, and did not happen: ${miss}`)
      for (const miss of unforeseen) say(`  happened, and was not foreseen: ${miss}`)
      say(`${done.length} changes; called unknown beforehand: ${unknown.join(' ') || 'none'}`)
      holds(done.length >= atOnce - 1, `what was done to the lab was found (${done.length} changes)`)
      figure(`differences of the dry run in state ${state}`, vain.length + unforeseen.length, { atMost: 0 }, 'changes')
      const further = changedIds(await lab.up())
      figure(`changes of the up after that, state ${state}`, further.length, { atMost: 0 }, 'changes')
    })
  }
}

const isUnknown = (event: Event): event is ResourceEnd => event.type === 'resource.end' && event.outcome === 'unknown'

say(`seed ${seed}: ${states} states of ${atOnce} among ${injections.length} injections`)
await proof('what check foresees in random states', steps, () => lab.end())
