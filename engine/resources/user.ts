import type { Json } from '../report/events.ts'
import type { Absent, Present, Resource } from '../resource/resource.ts'
import { sh } from '../shell/sh.ts'
import { checkAccount, type UserState, userProbe } from './accounts.ts'
import { compare, removal, type Wish } from './changes.ts'
import { checkPath } from './names.ts'

export interface UserOptions {
  readonly name: string
  readonly uid?: number
  /** Name of the primary group, which must be there; default: one of the user's own name, made with it. */
  readonly group?: string
  /** Made with the user, unless it is a system user. Default `/home/NAME`. */
  readonly home?: string
  /** Default `/usr/sbin/nologin` for a system user, else `/bin/sh`. */
  readonly shell?: string
  /** Further groups, which must be there; others that the user is in are left alone. */
  readonly groups?: readonly string[]
  /** With a number from the host's range for services, and no home made. */
  readonly system?: boolean
}

/** A user who can log in by key only: no password is ever set. What is not given is left as it is found. */
export function user(options: UserOptions): Resource<UserState> {
  const { name, uid, group, home, shell, groups = [], system = false } = options
  for (const account of [name, ...groups, ...(group ? [group] : [])]) checkAccount(account)
  for (const path of [home, shell]) if (path !== undefined) checkPath(path)
  const fixed: Record<string, Json> = {}
  for (const [attribute, value] of Object.entries({ uid, group, home, shell }))
    if (value !== undefined) fixed[attribute] = value
  const changes = (is: Present<UserState> | Absent) => {
    if (is.is === 'absent')
      return compare({ uid: 'chosen by the host', ...fixed, ...(groups.length > 0 && { groups }) } as Wish, {})
    const missing = groups.filter(group => !is.state.groups.includes(group))
    const wanted = missing.length > 0 ? { groups: [...is.state.groups, ...missing].sort() } : {}
    return compare({ ...fixed, ...wanted }, is.state)
  }
  return {
    kind: 'user',
    id: name,
    probe: userProbe(name),
    diff: changes,
    apply: async (on, is) => {
      const settings = flags({ '--uid': uid, '--gid': group, '--home': home, '--shell': shell })
      const add = () => [
        ...(shell === undefined ? ['--shell', system ? '/usr/sbin/nologin' : '/bin/sh'] : []),
        ...(system ? ['--system'] : ['--create-home']),
        ...(group === undefined ? ['--user-group'] : []),
        ...(groups.length > 0 ? ['--groups', groups.join(',')] : []),
      ]
      const more = groups.length > 0 ? ['--append', '--groups', groups.join(',')] : []
      const script =
        is.is === 'absent' ? sh`useradd ${settings} ${add()} -- ${name}` : sh`usermod ${settings} ${more} -- ${name}`
      await on.run(script, { what: `${is.is === 'absent' ? 'add' : 'change'} user ${name}` })
    },
  }
}

const flags = (values: Readonly<Record<string, string | number | undefined>>): readonly (string | number)[] =>
  Object.entries(values).flatMap(([flag, value]) => (value === undefined ? [] : [flag, value]))

/** No such user. Its files stay, its home too. */
export function userAbsent(name: string): Resource<UserState> {
  return {
    kind: 'user',
    id: checkAccount(name),
    probe: userProbe(name),
    diff: is => (is.is === 'present' ? removal() : []),
    apply: async on => {
      await on.run(sh`userdel -- ${name}`, { what: `remove user ${name}` })
    },
  }
}
