import { commandFor } from '../inventory/command-for.ts'
import { holderWords } from './lab-lock.ts'
import type { RunCore } from './run-parts.ts'

/**
 * The next step where something of the lab is missing that `up` brings about: `Build it: npx zx ...`. While another run
 * holds the lab it may be doing that, and `up` would be refused.
 */
export const byUp = ({ lab, heldBy }: Pick<RunCore, 'lab' | 'heldBy'>, words: string): string =>
  heldBy
    ? `Wait for the end of the run that holds this lab: ${holderWords(heldBy)}.`
    : `${words}: ${commandFor(lab, 'up')}`
