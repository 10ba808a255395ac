import { AndamioError } from '../../errors.ts'
import type { Failure } from '../../report/events.ts'
import type { LabLayout } from '../lab/layout.ts'
import { isOlder, toolTooOld } from '../tool/tool.ts'
import type { MultipassClient } from './client.ts'
import { looksLike, recordedName } from './record.ts'
import { multipass } from './tool.ts'

/** What stands against making instances here, the first that would be met first. Asks, and changes nothing. */
export async function troubles(
  client: MultipassClient,
  lab: string,
  hosts: readonly string[],
  layout: LabLayout,
): Promise<readonly Failure[]> {
  try {
    const version = await client.version()
    if (isOlder(version, multipass.oldest.version)) return [toolTooOld(multipass, version)]
    const theirs = [...(await client.list()).keys()].filter(name =>
      hosts.some(host => looksLike(lab, host, name) && recordedName(layout.host(host)) !== name),
    )
    return theirs.length > 0 ? [notOurs(lab, theirs)] : []
  } catch (error) {
    if (error instanceof AndamioError) return [error.failure]
    throw error
  }
}

const notOurs = (lab: string, names: readonly string[]): Failure => ({
  code: 'lab-name-taken',
  message: `Multipass has instances of a lab ${lab} already, and they were not made from this state folder`,
  place: `multipass list: ${names.join(', ')}`,
  cause: 'another user, or a run with another XDG_STATE_HOME, made them; or that folder is lost',
  next: `Give this lab another name in its inventory, run down where the other was made, or remove them: multipass delete --purge ${names.join(' ')}`,
})
