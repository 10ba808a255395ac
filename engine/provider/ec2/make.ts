import type { CallName, Ec2Api } from './api.ts'
import type { Ec2Lab } from './lab.ts'
import { isService, ServiceError } from './service-error.ts'

/**
 * Has something made that can be there only once, and writes down that it was asked for. `already` is what EC2 says of one
 * that is there: from an earlier run, and not shown yet. Without it each asking would make another one.
 */
export async function make(
  { account, journal }: Ec2Lab,
  what: string,
  call: CallName,
  send: (api: Ec2Api) => Promise<unknown>,
  already?: string,
): Promise<void> {
  try {
    await account.call(
      call,
      api => {
        // With every try: what is sent late is shown late.
        journal.ask(what)
        return send(api)
      },
      { once: already === undefined },
    )
  } catch (error) {
    if (already !== undefined && isService(error, already)) return
    // What AWS refuses was not made; what it did not answer may have been.
    if (error instanceof ServiceError && error.answered) journal.settled(what)
    throw error
  }
}
