/** What a program that stands in for another one answers to a call. */
export interface Told {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export const says = (value: unknown): Told => ({
  code: 0,
  stdout: typeof value === 'string' ? value : `${JSON.stringify(value, undefined, 4)}\n`,
  stderr: '',
})

export const complains = (stderr: string, code = 2): Told => ({ code, stdout: '', stderr: `${stderr}\n` })

/** A call that nobody expects of us: a test must fail by it, so it is thrown and not told. */
export class UnexpectedCall extends Error {
  constructor(program: string, args: readonly string[], why: string) {
    super(`stand-in ${program}: unexpected call ${JSON.stringify(args)}: ${why}`)
  }
}
