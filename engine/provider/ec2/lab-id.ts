import { onOperator } from '../../resource/operator.ts'
import { type Answer, absent, present, type Resource, unknown } from '../../resource/resource.ts'
import { type Ec2Lab, foreign } from './lab.ts'
import { isAlive } from './seen.ts'

/** Tells this lab from others of its name, in the same account. None is chosen where something has that name already. */
export const labId = (lab: Ec2Lab): Resource<string, undefined> => ({
  kind: 'ec2-lab-id',
  id: lab.name,
  probe: onOperator(() => look(lab)),
  diff: is => (is.is === 'present' ? [] : [{ attribute: 'id', before: null, after: { late: 'chosen at creation' } }]),
  apply: async () => lab.journal.begin(),
})

async function look(lab: Ec2Lab): Promise<Answer<string>> {
  const { account, journal, network } = lab
  if (journal.id !== undefined) return present(journal.id)
  const things = await Promise.all([
    account.instances.now().then(seen => seen.filter(isAlive)),
    account.groups.now(),
    account.keys.now(),
    network.own === undefined ? [] : account.network.vpcs.now(),
  ])
  const why = foreign(lab, things.flat())
  return why === undefined ? absent : unknown(why)
}
