import type { Failure } from '../../report/events.ts'
import { type Ec2Lab, mine } from './lab.ts'
import { isAlive } from './seen.ts'
import { idTag } from './tags.ts'

/**
 * `lab-name-taken` where the account has a lab of this name in this region, and nothing of ours: whatever was told of the
 * one would be taken for the other. Where both have something, each resource tells.
 */
export async function labOfAnother(lab: Pick<Ec2Lab, 'account' | 'journal' | 'name'>): Promise<Failure | undefined> {
  const { account, journal, name } = lab
  const [instances, groups, keys] = await Promise.all([
    account.instances.now(),
    account.groups.now(),
    account.keys.now(),
  ])
  const things = [...instances.filter(isAlive), ...groups, ...keys]
  // What no lab has made is nobody's lab.
  const theirs = things.find(one => one.lab !== undefined && one.lab !== journal.id)
  if (theirs === undefined || mine(lab, things).length > 0) return undefined
  const known = journal.id === undefined ? 'knows none of this name' : `knows ${journal.id}, of which nothing is there`
  return {
    code: 'lab-name-taken',
    message: `The account has a lab ${name} in ${account.region}, and it was not made from this state folder`,
    place: `EC2 in ${account.region}, ${theirs.id}`,
    cause: `${theirs.id} carries ${idTag}=${theirs.lab}, and ${journal.file} ${known}`,
    next:
      'Run the same command where the other was made (another user, another XDG_STATE_HOME), or give this lab another ' +
      'name in its inventory. Where nobody has its state folder any more, docs/ec2.md ("Another lab of this name") tells ' +
      `how to remove it by its id, ${theirs.lab}.`,
  }
}
