import type { HostProbe } from '../resource/probe.ts'
import { absent, present } from '../resource/resource.ts'
import { sh } from '../shell/sh.ts'
import { checkName } from './names.ts'
import { heading, section } from './sections.ts'

export type UserState = {
  readonly uid: number
  /** Name of the primary group, or its number where no group has it. */
  readonly group: string
  readonly home: string
  readonly shell: string
  /** Names of its further groups, sorted. */
  readonly groups: readonly string[]
}
export type GroupState = { readonly gid: number }

export const checkAccount = (name: string): string => checkName('account name', name, /^[a-z_][a-z0-9_-]{0,31}$/)

/** The host's own accounts, read from its files: directory services are slow, and nothing here may change theirs. */
const accounts = <S extends UserState | GroupState>(parse: HostProbe<S>['parse']): HostProbe<S> => ({
  of: 'host',
  merge: 'accounts',
  keys: [],
  script: () =>
    [heading('passwd'), sh`cat /etc/passwd || exit`, heading('group'), sh`cat /etc/group || exit`].join('\n'),
  parse,
})

interface Entry {
  readonly name: string
  readonly fields: readonly string[]
}

function entries(output: string, name: 'passwd' | 'group'): readonly Entry[] {
  const lines = section(output, name).split('\n').filter(Boolean)
  if (lines.length === 0) throw new Error(`/etc/${name} is empty`)
  return lines.map(line => line.split(':')).map(([first = '', ...fields]) => ({ name: first, fields }))
}

export const groupProbe = (name: string): HostProbe<GroupState> =>
  accounts(output => {
    const found = entries(output, 'group').find(entry => entry.name === name)
    return found ? present({ gid: Number(found.fields[1]) }) : absent
  })

export const userProbe = (name: string): HostProbe<UserState> =>
  accounts(output => {
    const found = entries(output, 'passwd').find(entry => entry.name === name)
    if (!found) return absent
    const [, uid, gid = '', , home = '', shell = ''] = found.fields
    const groups = entries(output, 'group')
    const group = groups.find(entry => entry.fields[1] === gid)?.name ?? gid
    const further = groups.filter(entry => entry.fields[2]?.split(',').includes(name)).map(entry => entry.name)
    return present({ uid: Number(uid), group, home, shell, groups: further.sort() })
  })
