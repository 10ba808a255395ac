import type { IpPermission } from '@aws-sdk/client-ec2'
import { onOperator } from '../../resource/operator.ts'
import { type Answer, absent, present, type Resource } from '../../resource/resource.ts'
import { type Ec2Lab, mine, ours } from './lab.ts'
import { mustShow } from './must-show.ts'
import { permissionOf, seenRules, wishedRules } from './rules.ts'
import type { SeenGroup } from './seen.ts'
import { isService } from './service-error.ts'

type RulesState = { readonly open: readonly string[]; readonly wished: readonly string[] }

/** What is open into a group's hosts: what the table says, and nothing beside it. */
export function groupRules(lab: Ec2Lab, group: string): Resource<RulesState, undefined> {
  return {
    kind: 'ec2-rules',
    id: group,
    probe: onOperator(async () => {
      const groups = ours(lab, await lab.account.groups.now())
      const wished = [...(await wishOf(lab, group)).keys()]
      return present({ open: [...openIn(groups, group).keys()], wished })
    }),
    diff(is) {
      if (is.is === 'absent') return []
      const { open, wished } = is.state
      return [
        ...wished.filter(line => !open.includes(line)).map(attribute => ({ attribute, before: null, after: 'open' })),
        ...open.filter(line => !wished.includes(line)).map(attribute => ({ attribute, before: 'open', after: null })),
      ]
    },
    async apply() {
      const { account } = lab
      const groups = ours(lab, await account.groups.now())
      const GroupId = idOf(groups, group)
      const open = openIn(groups, group)
      const wished = await wishOf(lab, group)
      const missing = [...wished].filter(([line]) => !open.has(line))
      // One by one: AWS takes all of a list or none, and one that is there already would refuse the others.
      for (const [line, what] of missing) {
        const IpPermissions = [permissionOf(line, what, name => idOf(groups, name))]
        await account
          .call('authorizeSecurityGroupIngress', api => api.authorizeSecurityGroupIngress({ GroupId, IpPermissions }))
          .catch(error => {
            if (!isService(error, 'InvalidPermission.Duplicate')) throw error
          })
      }
      await revoke(
        lab,
        GroupId,
        [...open].flatMap(([line, permission]) => (wished.has(line) ? [] : [permission])),
      )
      const asWished = (seen: readonly SeenGroup[]): boolean => {
        const now = openIn(seen, group)
        return now.size === wished.size && [...wished.keys()].every(line => now.has(line))
      }
      await mustShow(lab, account.groups, asWished, `rules of security group ${group}`)
    },
  }
}

/** None: a security group that another one's rule names cannot be removed. */
export function noGroupRules(lab: Ec2Lab, group: string): Resource<RulesState, undefined> {
  return {
    ...groupRules(lab, group),
    probe: onOperator(async (): Promise<Answer<RulesState>> => {
      const open = [...openIn(mine(lab, await lab.account.groups.now()), group).keys()]
      return open.length === 0 ? absent : present({ open, wished: [] })
    }),
    async apply() {
      const groups = mine(lab, await lab.account.groups.now())
      for (const { id } of groups.filter(seen => seen.group === group))
        await revoke(lab, id, [...openIn(groups, group).values()])
      await mustShow(lab, lab.account.groups, seen => openIn(mine(lab, seen), group).size === 0, `rules of ${group}`)
    },
  }
}

async function revoke(lab: Ec2Lab, GroupId: string, IpPermissions: IpPermission[]): Promise<void> {
  if (IpPermissions.length === 0) return
  await lab.account
    .call('revokeSecurityGroupIngress', api => api.revokeSecurityGroupIngress({ GroupId, IpPermissions }))
    .catch(error => {
      if (!isService(error, 'InvalidPermission.NotFound', 'InvalidGroup.NotFound')) throw error
    })
}

const wishOf = async (lab: Ec2Lab, group: string): Promise<ReadonlyMap<string, string>> =>
  wishedRules(group, lab.table, lab.groups, await lab.networks())

function openIn(groups: readonly SeenGroup[], group: string) {
  const nameOf = (id: string) => groups.find(seen => seen.id === id)?.group
  return seenRules(
    groups.filter(seen => seen.group === group).flatMap(seen => seen.permissions),
    nameOf,
  )
}

function idOf(groups: readonly SeenGroup[], group: string): string {
  const found = groups.find(seen => seen.group === group)
  if (!found) throw new Error(`there is no security group ${group}`)
  return found.id
}
