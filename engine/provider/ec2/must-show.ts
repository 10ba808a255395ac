import { AndamioError } from '../../errors.ts'
import { visibilitySeconds } from './journal.ts'
import type { Ec2Lab } from './lab.ts'
import type { Reading } from './reading.ts'

/** Waits until what was made is shown, for what AWS has made it does not show at once. Throws `ec2-not-shown`. */
export async function mustShow<S>(
  lab: Ec2Lab,
  reading: Reading<S>,
  shows: (seen: S) => boolean,
  what: string,
): Promise<void> {
  const wait = { who: lab.name, what: `the ${what} to be seen`, limitSeconds: visibilitySeconds }
  if (await lab.account.until(reading, seen => (shows(seen) ? true : undefined), wait)) return lab.journal.settled(what)
  throw new AndamioError({
    code: 'ec2-not-shown',
    message: `EC2 has made the ${what} of lab ${lab.name} and does not show it`,
    place: `EC2 in ${lab.account.region}`,
    cause: `it was asked for ${visibilitySeconds} s`,
    next: 'Run the same command again; what was made is found then. If this stays, see whether AWS has trouble (health.aws.amazon.com).',
  })
}
