import { isScalar, type Node } from 'yaml'
import { ansibleError } from './failure.ts'
import { hostsOf } from './host-pattern.ts'
import type { AnsibleInventory } from './model.ts'
import { AnsibleYaml } from './yaml-file.ts'

/** Reads an inventory in Ansible's YAML form into one. */
export function readYaml(text: string, file: string, into: AnsibleInventory): void {
  const yaml = new AnsibleYaml(file, text)
  const groups = yaml.entries(yaml.root, 'groups, each as `name: { hosts: ... }`')
  const plugin = groups.find(({ name }) => name === 'plugin')
  if (plugin) {
    const named = isScalar(plugin.value) ? ` (${String(plugin.value.value)})` : ''
    throw ansibleError(
      plugin.place,
      `this asks a plugin of Ansible's for hosts${named}, and has none itself`,
      `Have Ansible ask it: ansible-inventory -i ${file} --list --yaml --export --output hosts.yaml   Then import hosts.yaml.`,
    )
  }
  if (groups.length === 0 || isScalar(yaml.root)) throw ansibleError(`${file}:1:1`, 'there is no group in it')
  for (const { name, place, value } of groups) readGroup(yaml, name, place, value, into)
}

function readGroup(yaml: AnsibleYaml, name: string, place: string, node: Node | null, into: AnsibleInventory): void {
  if (isScalar(node) && node.value !== null) {
    into.note(place, `${name} is no group: it holds neither hosts, vars nor children`)
    return
  }
  const group = into.group(name, place)
  for (const { name: key, place: at, value } of yaml.entries(node, '`hosts`, `vars` and `children`')) {
    if (!/^(hosts|vars|children)$/.test(key)) into.note(at, `${name}.${key} is none of hosts, vars, children`)
    else if (!yaml.isMapping(value))
      throw ansibleError(at, `${key} of ${name} must be a map, each name with a colon behind it`)
    else if (key === 'vars') yaml.vars(value, group.vars)
    else if (key === 'hosts') {
      for (const host of yaml.entries(value, 'hosts')) readHost(yaml, name, host, into)
    } else {
      for (const child of yaml.entries(value, 'groups')) {
        readGroup(yaml, child.name, child.place, child.value, into)
        if (into.groups.has(child.name)) into.addChild(name, child.name, child.place)
      }
    }
  }
}

function readHost(
  yaml: AnsibleYaml,
  group: string,
  { name: pattern, place, value }: { name: string; place: string; value: Node | null },
  into: AnsibleInventory,
): void {
  const { names, port } = hostsOf(pattern, place)
  for (const name of names) {
    const host = into.host(name, place, pattern, port)
    into.groups.get(group)?.hosts.add(name)
    yaml.vars(value, host.vars)
  }
}
