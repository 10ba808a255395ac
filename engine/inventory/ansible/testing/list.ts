import { varsOf } from '../merge.ts'
import { readAnsible } from '../read.ts'

/** Hosts, groups and variables in the form of `ansible-inventory --list`, which leaves out what is empty, and here sorts children. */
export function listOf(files: readonly string[]): { groups: unknown; hostvars: unknown } {
  const inventory = readAnsible(files)
  const grouped = [...inventory.groups.values()].filter(({ name }) => !/^(all|ungrouped)$/.test(name))
  const inGroup = new Set(grouped.flatMap(({ hosts }) => [...hosts]))
  const alone = [...inventory.hosts.keys()].filter(name => !inGroup.has(name))
  const groups = Object.fromEntries(
    grouped.flatMap(({ name, hosts, children }) => {
      const shown = {
        ...(hosts.size > 0 ? { hosts: [...hosts] } : {}),
        ...(children.size > 0 ? { children: [...children].sort() } : {}),
      }
      return Object.keys(shown).length > 0 ? [[name, shown]] : []
    }),
  )
  const held = (name: string): boolean => grouped.some(({ children }) => children.has(name))
  const declared = inventory.groups.get('all')?.children ?? []
  const free = grouped.map(({ name }) => name).filter(name => !held(name))
  const top = [...new Set(['ungrouped', ...declared, ...free])]
  const hostvars = [...inventory.hosts.keys()].flatMap(name => {
    const vars = [...varsOf(inventory, name)].map(([key, { value }]) => [key, value])
    return vars.length > 0 ? [[name, Object.fromEntries(vars)]] : []
  })
  const ungrouped = alone.length > 0 ? { ungrouped: { hosts: alone } } : {}
  return { groups: { ...groups, ...ungrouped, all: { children: top.sort() } }, hostvars: Object.fromEntries(hostvars) }
}
