/** Every code that travels in an error frame or that this side gives itself. docs/protocol.md says what each means. */
export const errorCodes = [
  'bad-frame',
  'bad-message',
  'version',
  'unauthorized',
  'busy',
  'not-ready',
  'shutting-down',
  'idle',
  'slow',
  'no-server',
  'name',
  'not-found',
  'too-big',
  'quota',
  'no-space',
  'checksum',
  'prefix',
  'superseded',
  'cancelled',
  'storage',
  'internal',
  // Never sent: what an end says of its own side.
  'unreachable',
  'not-trusted',
  'lost',
] as const

export type ErrorCode = (typeof errorCodes)[number]

/** What went wrong, by a code that stays the same over versions and a text for people. */
export class FileManagerError extends Error {
  readonly errorCode: ErrorCode

  constructor(errorCode: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'FileManagerError'
    this.errorCode = errorCode
  }
}

/** Anything thrown, as an error of ours; what we did not foresee is `internal`, and its text stays on this side. */
export function asFileManagerError(thrown: unknown): FileManagerError {
  if (thrown instanceof FileManagerError) return thrown
  return new FileManagerError('internal', 'something went wrong here that was not foreseen', { cause: thrown })
}
