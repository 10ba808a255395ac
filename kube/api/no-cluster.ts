import { AndamioError, exitCode } from '../../engine/errors.ts'

/** There is none to ask: never made, or, with a cause, its control plane cannot be looked at. */
export const noCluster = (lab: string, next: string, cause?: string): AndamioError =>
  new AndamioError(
    {
      code: 'no-cluster',
      message: `The lab ${lab} has no cluster`,
      ...(cause ? { cause } : {}),
      next,
    },
    exitCode.unreachable,
  )
