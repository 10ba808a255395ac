import { type Check, expect } from '../../../engine/play/checks.ts'
import { Problem } from '../../../images/file-manager/client/problem.ts'
import { FileManagerError } from '../../../images/file-manager/protocol/errors.ts'

/** What the file manager's own programs throw is an outcome of the check, and no bug of ours. */
export const withOutcome = (check: Check): Check => ({
  ...check,
  async look(run) {
    try {
      return await check.look(run)
    } catch (error) {
      expect(!run.signal.aborted, 'interrupted')
      expect(!(error instanceof FileManagerError || error instanceof Problem), (error as Error).message)
      throw error
    }
  },
})
