import type { Resource } from '../resource/resource.ts'
import { sh } from '../shell/sh.ts'
import { checkAccount, type GroupState, groupProbe } from './accounts.ts'
import { compare, removal } from './changes.ts'

export interface GroupOptions {
  readonly name: string
  /** Left to the host where it is not given. */
  readonly gid?: number
  /** With a number from the host's range for services. */
  readonly system?: boolean
}

/** A group of accounts. */
export function group({ name, gid, system = false }: GroupOptions): Resource<GroupState> {
  checkAccount(name)
  const number = gid === undefined ? [] : ['--gid', gid]
  return {
    kind: 'group',
    id: name,
    probe: groupProbe(name),
    diff: is => {
      if (is.is === 'absent') return compare({ gid: gid ?? 'chosen by the host' }, {})
      return gid === undefined ? [] : compare({ gid }, is.state)
    },
    apply: async (on, is) => {
      const script =
        is.is === 'absent'
          ? sh`groupadd ${number} ${system ? ['--system'] : []} -- ${name}`
          : sh`groupmod ${number} -- ${name}`
      await on.run(script, { what: `${is.is === 'absent' ? 'add' : 'change'} group ${name}` })
    },
  }
}

export function groupAbsent(name: string): Resource<GroupState> {
  return {
    kind: 'group',
    id: checkAccount(name),
    probe: groupProbe(name),
    diff: is => (is.is === 'present' ? removal() : []),
    apply: async on => {
      await on.run(sh`groupdel -- ${name}`, { what: `remove group ${name}` })
    },
  }
}
