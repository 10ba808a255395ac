import type { ErrorCode } from '../protocol/errors.ts'
import { FileManagerError } from '../protocol/errors.ts'

/** How the program can end. */
export const exits = { done: 0, usage: 64, refused: 65, unreachable: 69, failed: 70, interrupted: 130 } as const

export type Exit = (typeof exits)[keyof typeof exits]

/** What went wrong, in one line, and what to do about it, in another sentence. */
export class Problem extends Error {
  readonly next: string
  readonly exit: Exit
  /** Of the protocol, where it came from there. */
  readonly errorCode: ErrorCode | undefined

  constructor(message: string, next: string, exit: Exit = exits.failed, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'Problem'
    this.next = next
    this.exit = exit
    this.errorCode = options?.cause instanceof FileManagerError ? options.cause.errorCode : undefined
  }
}

export const usageProblem = (message: string, next: string): Problem => new Problem(message, next, exits.usage)

export const interrupted = (): Problem =>
  new Problem('interrupted', 'The same command goes on where it stopped.', exits.interrupted)

const newAccess = 'Run up again on this machine: it writes the credentials of this lab anew.'
const again = 'Try again in a few seconds.'
const serverLog = 'The log of the server says more.'

const nexts: Partial<Record<ErrorCode, readonly [next: string, exit: Exit]>> = {
  'not-trusted': [`Is this a node of this lab? If it is: ${lower(newAccess)}`, exits.refused],
  unauthorized: [newAccess, exits.refused],
  unreachable: ['Check the address; any node of the lab will do.', exits.unreachable],
  lost: [again, exits.unreachable],
  idle: [again, exits.unreachable],
  slow: ['Try again when the network is faster; what has arrived is kept.', exits.unreachable],
  busy: [again, exits.unreachable],
  'not-ready': ['Its storage does not answer; try again in a minute.', exits.unreachable],
  'shutting-down': [again, exits.unreachable],
  'no-server': ['Servers need some seconds after the start of the lab; try again then.', exits.unreachable],
  'not-found': ['lls lists what there is.', exits.failed],
  name: ['Names on the server are single names, without folders; lls lists them.', exits.failed],
  'too-big': ['Split it into smaller files.', exits.failed],
  quota: ['Remove files from the storage first.', exits.failed],
  'no-space': ['Remove files from the storage first.', exits.failed],
  checksum: ['Try again; the damaged copy was thrown away.', exits.failed],
  superseded: ['Another upload of yours took this one over; nothing is to be done.', exits.failed],
  version: ['Update the client and the lab to the same version.', exits.failed],
}

function lower(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1)
}

/** Anything thrown, as a problem with a next step. `about` is what it befell: a file's name, mostly. */
export function problemOf(thrown: unknown, about?: string): Problem {
  if (thrown instanceof Problem) return thrown
  const start = about === undefined ? '' : `${about}: `
  if (thrown instanceof FileManagerError) {
    if (thrown.errorCode === 'cancelled') return interrupted()
    const [next, exit] = nexts[thrown.errorCode] ?? [serverLog, exits.failed]
    return new Problem(start + thrown.message, next, exit, { cause: thrown })
  }
  const { code, message } = thrown as NodeJS.ErrnoException
  const [what, next] = local[code ?? ''] ?? [message, 'Nothing else is known about it.']
  return new Problem(start + what, next, exits.failed, { cause: thrown })
}

/** What this machine's own file system says. */
const local: Readonly<Record<string, readonly [what: string, next: string]>> = {
  ENOENT: ['there is no such file here', 'ls lists what there is.'],
  EACCES: ['you may not do this here', 'Look at the owner and mode of the file and its folder.'],
  EPERM: ['you may not do this here', 'Look at the owner and mode of the file and its folder.'],
  EISDIR: ['this is a folder', 'Only files travel.'],
  ENOTDIR: ['this leads through something that is no folder', 'ls lists what there is.'],
  ENOSPC: ['the disk of this machine is full', 'Make room; what has arrived is kept.'],
  EDQUOT: ['your share of the disk of this machine is full', 'Make room; what has arrived is kept.'],
  EROFS: ['nothing can be written here', 'Go to another folder.'],
  ENAMETOOLONG: ['the name is too long for this file system', 'Rename the file, then try again.'],
  EMFILE: ['too many files are open', 'Raise the limit: ulimit -n 4096.'],
}
