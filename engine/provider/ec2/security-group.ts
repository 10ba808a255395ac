import { onOperator } from '../../resource/operator.ts'
import { type Answer, absent, present, type Resource } from '../../resource/resource.ts'
import { type Ec2Lab, marks, mine, ours, prefix } from './lab.ts'
import { make } from './make.ts'
import { mustShow } from './must-show.ts'
import { removeWhenFree } from './remove-when-free.ts'
import type { SeenGroup } from './seen.ts'
import { isService } from './service-error.ts'
import { groupTag, tagged } from './tags.ts'

type GroupState = { readonly ids: readonly string[] }

const whatOf = (group: string): string => `security group ${group}`
export const groupName = (lab: Ec2Lab, group: string): string => `${prefix(lab)}-${group}`

/** What decides who reaches the hosts of a group. Its rules are another resource, for they speak of other groups. */
export function securityGroup(lab: Ec2Lab, group: string): Resource<GroupState, undefined> {
  const what = whatOf(group)
  return {
    kind: 'ec2-security-group',
    id: group,
    probe: onOperator(async () => look(ours(lab, await lab.account.groups.now()), group)),
    diff: is => (is.is === 'present' ? [] : [{ attribute: 'id', before: null, after: { late: 'given by AWS' } }]),
    async apply() {
      const { account } = lab
      const VpcId = await lab.vpc()
      const wish = {
        GroupName: groupName(lab, group),
        Description: `Hosts of group ${group} in lab ${lab.name}`,
        VpcId,
        TagSpecifications: tagged(marks(lab, { Name: `${lab.name}-${group}`, [groupTag]: group }), 'security-group'),
      }
      await make(lab, what, 'createSecurityGroup', api => api.createSecurityGroup(wish), 'InvalidGroup.Duplicate')
      await mustShow(lab, account.groups, groups => groups.some(seen => seen.group === group), what)
    },
  }
}

export function noSecurityGroup(lab: Ec2Lab, group: string): Resource<GroupState, undefined> {
  const what = whatOf(group)
  return {
    kind: 'ec2-security-group',
    id: group,
    probe: onOperator(async () => look(mine(lab, await lab.account.groups.now()), group, lab.journal.mayCome(what))),
    diff: is =>
      is.is === 'absent'
        ? []
        : [{ attribute: 'id', before: is.state.ids[0] ?? 'asked for, not seen yet', after: null }],
    async apply(_on, is) {
      const { account, journal } = lab
      const known = is.is === 'present' ? is.state.ids : []
      for (const id of known.length > 0 ? known : await lateComers(lab, group)) await remove(lab, group, id)
      journal.settled(what)
      await account.until(account.groups, groups => (idsOf(mine(lab, groups), group) ? undefined : true), {
        who: lab.name,
        what: `the ${what} to be gone`,
        limitSeconds: 60,
      })
    },
  }
}

const lateComers = async (lab: Ec2Lab, group: string): Promise<readonly string[]> =>
  (await lab.account.until(lab.account.groups, groups => idsOf(mine(lab, groups), group), {
    who: lab.name,
    what: `the ${whatOf(group)} that was asked for`,
    limitSeconds: lab.journal.secondsLeft(whatOf(group)),
  })) ?? []

const idsOf = (groups: readonly SeenGroup[], group: string): readonly string[] | undefined => {
  const ids = groups.filter(seen => seen.group === group).map(({ id }) => id)
  return ids.length > 0 ? ids : undefined
}

function look(groups: readonly SeenGroup[], group: string, mayCome = false): Answer<GroupState> {
  const ids = idsOf(groups, group)
  if (!ids && !mayCome) return absent
  return present({ ids: ids ?? [] })
}

const remove = (lab: Ec2Lab, group: string, GroupId: string): Promise<void> =>
  removeWhenFree(lab, whatOf(group), () =>
    lab.account.call('deleteSecurityGroup', api => api.deleteSecurityGroup({ GroupId })).catch(unlessGone),
  )

function unlessGone(error: unknown): void {
  if (!isService(error, 'InvalidGroup.NotFound', 'InvalidGroupId.Malformed')) throw error
}
