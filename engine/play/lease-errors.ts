import { AndamioError, exitCode } from '../errors.ts'
import { LeaseRefused } from '../resource/permission.ts'
import { type Answer, termSeconds } from './lease-script.ts'

const holderOf = ({ what, who, since }: Answer): string => `${what} by ${who}, since ${since}`

export const leaseHeld = (host: string, answer: Answer): LeaseRefused =>
  new LeaseRefused({
    code: 'lease-held',
    message: `Another run holds this lab: ${holderOf(answer)}`,
    place: host,
    cause: `It holds the lease on ${host}, and showed life ${answer.silent} s ago. Two runs at once could undo each other.`,
    next: `Wait for it to end, then run again. One that was killed counts as dead ${termSeconds} s after its last sign of life.`,
  })

export const leaseLost = (host: string, answer: Answer): LeaseRefused =>
  new LeaseRefused({
    code: 'lease-lost',
    message: `This run was out of touch for too long, and has stopped: another has had the lab since`,
    place: host,
    cause: answer.who
      ? `The last to have the lease on ${host}: ${holderOf(answer)}`
      : `${host} no longer knows of our lease: it was made anew, or its disk set back.`,
    next: 'When that run has ended, run the same command again.',
  })

export const leaseUnreachable = (host: string, cause: string): LeaseRefused =>
  new LeaseRefused(
    {
      code: 'lease-unreachable',
      message: `${host}, which holds this run's lease, cannot be reached any more, so the run has stopped`,
      place: host,
      cause,
      next: 'Bring that host back; the same command resumes.',
    },
    exitCode.unreachable,
  )

export const leaseBusy = (host: string): LeaseRefused =>
  new LeaseRefused({
    code: 'lease-busy',
    message: `${host} could not write down who works on the lab: others ask for that all the time`,
    place: host,
    next: 'Run again when fewer runs are under way.',
  })

export const leaseFailed = (host: string, stderr: string): AndamioError =>
  new AndamioError({
    code: 'lease-failed',
    message: `${host} could not write down who works on the lab`,
    place: host,
    cause: stderr.trim().split('\n').at(-1) || 'it gave no whole answer',
    stderr: stderr.trim().split('\n').slice(-15),
    next: 'Mend what the cause names: most often a full or read-only disk.',
  })
