import { onOperator } from '../../resource/operator.ts'
import { absent, present, type Resource } from '../../resource/resource.ts'
import type { Ec2Lab } from './lab.ts'

/** Tells this lab from others of its name, in the same account. */
export const labId = ({ name, journal }: Pick<Ec2Lab, 'name' | 'journal'>): Resource<string, undefined> => ({
  kind: 'ec2-lab-id',
  id: name,
  probe: onOperator(async () => (journal.id === undefined ? absent : present(journal.id))),
  diff: is => (is.is === 'present' ? [] : [{ attribute: 'id', before: null, after: { late: 'chosen at creation' } }]),
  apply: async () => journal.begin(),
})
