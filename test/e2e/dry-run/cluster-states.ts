import type { RunEnd } from '../../../engine/report/events.ts'
import { holds, say } from '../proof.ts'
import { randomFrom } from '../random.ts'
import type { PlaybookResult } from '../run-playbook.ts'
import type { SmallLab } from '../small-lab.ts'
import { inject, someOfCluster } from './cluster-injections.ts'
import { accountOf, type Score } from './score.ts'

const mostAtOnce = 7

/** As many random states of a small lab that is as it should be: its hosts, its nodes, its objects. */
export async function clusterStates(lab: SmallLab, count: number, seed: number, score: Score): Promise<void> {
  for (let number = 1; number <= count; number++) {
    const random = randomFrom(seed * 10_000 + 5_000 + number)
    const chosen = someOfCluster(1 + Math.floor(random() * mostAtOnce), random)
    const state = `state ${number}, cluster (${chosen.map(({ what }) => what).join('; ')})`
    for (const one of chosen) await inject(lab, one)
    const check = await lab.up('--check')
    const up = await lab.up()
    holds(up.exit === 0, `${state}: up brings it back (exit status ${up.exit}: ${failureOf(up)})`)
    const differs = score.add(state, accountOf(check.events), accountOf(up.events))
    const after = await lab.up('--check')
    if (after.exit !== 0)
      for (const change of accountOf(after.events).changes)
        score.fault(state, `still to change after the run: ${change}`)
    say(
      `${state}: ${accountOf(up.events).changes.length} changes${differs.length > 0 ? `, ${differs.length} DIFFER` : ''}`,
    )
    for (const difference of differs) say(`  ${difference}`)
  }
}

const failureOf = ({ end }: PlaybookResult): string => (end as RunEnd | undefined)?.failure?.code ?? 'told above'
