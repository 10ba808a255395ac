import { usageError } from '../errors.ts'
import { agrees } from './confirm.ts'
import type { Run } from './run.ts'
import type { Step } from './step.ts'

/**
 * Asks before hosts are made or started that cost money from then on, once it is known that they could be. Only on a
 * terminal: what runs in a script was decided by whoever wrote that. Throws `not-confirmed`.
 */
export function askToSpend(): Step {
  return {
    title: 'Ask before money is spent',
    roles: [],
    groups: [],
    async perform(run: Run): Promise<void> {
      if (run.options.check || run.options.yes || !run.provider.spends || !process.stdin.isTTY) return
      const what = await run.provider.spends()
      if (what === undefined) return
      await run.provider.preflight()
      if (await agrees(`This is to ${what}. Go on? (yes/no) `, run.signal)) return
      throw usageError({
        code: 'not-confirmed',
        message: 'No host was made or started',
        next: 'Run up again and answer yes, or give --yes.',
      })
    },
  }
}
