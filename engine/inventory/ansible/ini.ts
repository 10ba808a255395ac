import { ansibleError } from './failure.ts'
import { hostsOf } from './host-pattern.ts'
import { literal } from './literal.ts'
import type { AnsibleInventory } from './model.ts'
import { splitWords } from './words.ts'

interface Section {
  readonly group: string
  readonly kind: string
}

/** Reads an inventory in Ansible's INI form into one. Throws at the first line that Ansible would not take either. */
export function readIni(text: string, file: string, into: AnsibleInventory): void {
  /** Groups that are named as children, or get variables, before they are declared; where. */
  const awaited = new Map<string, { readonly place: string; readonly kind: string }>()
  const children: { parent: string; child: string; place: string }[] = []
  let section: Section = { group: 'ungrouped', kind: 'hosts' }
  into.group('ungrouped', `${file}:1:1`)

  for (const [index, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const line = raw.trim()
    if (line === '' || /^[;#]/.test(line)) continue
    const place = `${file}:${index + 1}:${raw.indexOf(line) + 1}`
    const header = sectionOf(line, place)
    if (header) {
      section = header
      const { group, kind } = header
      if (kind === 'vars' && !into.groups.has(group)) awaited.set(group, awaited.get(group) ?? { place, kind })
      else if (kind !== 'vars') awaited.delete(group)
      into.group(group, place)
    } else if (section.kind === 'hosts') readHost(line, place, into, section.group)
    else if (section.kind === 'vars') readVariable(line, place, into, section.group)
    else {
      const child = groupName(line, place)
      if (!into.groups.has(child)) awaited.set(child, { place, kind: 'children' })
      children.push({ parent: section.group, child, place })
    }
  }
  for (const [group, { place, kind }] of awaited) {
    if (kind === 'vars') throw ansibleError(place, `[${group}:vars] is of a group that is declared nowhere`)
    // Ansible refuses it, and its own guide shows it.
    into.note(place, `the group ${group} is declared nowhere, and holds nobody`)
    into.group(group, place)
  }
  for (const { parent, child, place } of children) into.addChild(parent, child, place)
}

function sectionOf(line: string, place: string): Section | undefined {
  const [, group, kind = 'hosts'] = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/.exec(line) ?? []
  if (group === undefined) {
    if (/^\[.*\]$/.test(line))
      throw ansibleError(place, `${line} heads no section: [group], [group:vars] or [group:children]`)
    return undefined
  }
  if (!/^(hosts|vars|children)$/.test(kind))
    throw ansibleError(place, `[${group}:${kind}] is none of [${group}], [${group}:vars], [${group}:children]`)
  return { group, kind }
}

function readHost(line: string, place: string, into: AnsibleInventory, group: string): void {
  const words = splitWords(line)
  if (words === undefined) throw ansibleError(place, 'a quote is not closed')
  const [pattern, ...assignments] = words
  if (pattern === undefined) return
  const { names, port } = hostsOf(pattern, place)
  for (const name of names) {
    const host = into.host(name, place, pattern, port)
    into.groups.get(group)?.hosts.add(name)
    for (const assignment of assignments) {
      const at = assignment.indexOf('=')
      if (at < 0) throw ansibleError(place, `expected name=value, got ${assignment}`)
      host.vars.set(assignment.slice(0, at), { value: literal(assignment.slice(at + 1)), place })
    }
  }
}

function readVariable(line: string, place: string, into: AnsibleInventory, group: string): void {
  const at = line.indexOf('=')
  if (at < 0) throw ansibleError(place, `expected name=value, got ${line}`)
  const value = literal(line.slice(at + 1).trim())
  into.groups.get(group)?.vars.set(line.slice(0, at).trim(), { value, place })
}

function groupName(line: string, place: string): string {
  const [, name] = /^([^:\]\s]+)\s*(?:#.*)?$/.exec(line) ?? []
  if (name === undefined) throw ansibleError(place, `expected the name of a group, got ${line}`)
  return name
}
