import type { AnsibleGroup, AnsibleInventory, AnsibleVars } from './model.ts'

/** Every group a host is in, those that hold others first, `all` first of all. */
export function groupsOf(inventory: AnsibleInventory, host: string): readonly AnsibleGroup[] {
  const depths = depthsOf(inventory)
  const found = new Set<string>(['all'])
  const enter = (name: string): void => {
    found.add(name)
    for (const group of inventory.groups.values())
      if (group.children.has(name) && !found.has(group.name)) enter(group.name)
  }
  for (const group of inventory.groups.values()) if (group.hosts.has(host) && !found.has(group.name)) enter(group.name)
  const groups = [...found].flatMap(name => inventory.groups.get(name) ?? [])
  const order = (group: AnsibleGroup): readonly (number | string)[] => [
    depths.get(group.name) ?? 1,
    Number(group.vars.get('ansible_group_priority')?.value ?? 1),
    group.name,
  ]
  return groups.sort((one, other) => compare(order(one), order(other)))
}

/** A host's variables as Ansible has them: of files, then of `group_vars`; groups before their children; then its own. */
export function varsOf(inventory: AnsibleInventory, name: string): AnsibleVars {
  const groups = groupsOf(inventory, name)
  const host = inventory.hosts.get(name)
  const layers = [
    ...groups.map(group => group.vars),
    ...groups.map(group => group.folderVars),
    host?.vars ?? new Map(),
    host?.folderVars ?? new Map(),
  ]
  const merged: AnsibleVars = new Map(layers.flatMap(layer => [...layer]))
  merged.delete('ansible_group_priority')
  return merged
}

/** How far down a group lies on the longest way to it: `all` 0, what nobody holds 1. */
function depthsOf({ groups }: AnsibleInventory): ReadonlyMap<string, number> {
  const depths = new Map<string, number>([['all', 0]])
  const sink = (name: string, depth: number): void => {
    if ((depths.get(name) ?? -1) >= depth && name !== 'all') return
    if (name !== 'all') depths.set(name, depth)
    for (const child of groups.get(name)?.children ?? []) sink(child, depth + 1)
  }
  for (const name of groups.keys()) if (name !== 'all') sink(name, 1)
  sink('all', 0)
  return depths
}

function compare(one: readonly (number | string)[], other: readonly (number | string)[]): number {
  for (const [i, value] of one.entries()) {
    const against = other[i] as number | string
    if (value !== against) return value < against ? -1 : 1
  }
  return 0
}
