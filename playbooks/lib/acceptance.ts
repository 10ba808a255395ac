import type { Check } from '../../engine/play/checks.ts'
import { nodePorts } from '../checks/node-ports.ts'
import { nodesAndPods } from '../checks/nodes.ts'
import { exported, volumeBound } from '../checks/storage.ts'
import { transfers } from '../checks/transfers.ts'

/** What `verify` looks at: the cluster part of the lab's acceptance checks, in the order in which they build on each other. */
export const acceptance: readonly Check[] = [
  nodesAndPods,
  nodePorts,
  volumeBound,
  exported,
  transfers(5, { bothWays: true }),
  // Large enough to outlast every buffer on the way; one way, for a small machine takes a while over it.
  transfers(100, { bothWays: false }),
]

const numberOf = ({ id }: Check): number => Number(/-A(\d+)/.exec(id)?.[1])

/** By the numbers of their ids: `S1-A9-5MB` before `S1-A10`. Those of one number stay in the order in which they are given. */
export const byNumber = (list: readonly Check[]): readonly Check[] => list.toSorted((a, b) => numberOf(a) - numberOf(b))
