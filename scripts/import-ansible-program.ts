import { writeFileSync } from 'node:fs'
import { Command } from 'commander'
import { exitCode, fileUnwritable, usageError } from '../engine/errors.ts'
import { convert } from '../engine/inventory/ansible/convert.ts'
import { readAnsible } from '../engine/inventory/ansible/read.ts'
import { write } from '../engine/inventory/ansible/write.ts'
import { labName } from '../engine/inventory/names.ts'
import { quietly } from '../engine/play/read-arguments.mjs'
import { counted } from '../engine/report/text.ts'
import { asProgram } from './program.ts'

const about = {
  examples: [
    'hosts.ini                                        show the inventory that it makes',
    'hosts.ini --out my.yaml                          write it; then: npx zx playbooks/up.mjs --inventory my.yaml --check',
    'site/ --group masters=control-plane --group nodes=workers    a folder, whose groups get the names of the lab',
  ],
  exits: [0, 64],
  uses: [],
} as const

/** Groups that the lab's plays are for; in Kubespray's inventories they have other names. */
const labGroups = ['control-plane', 'workers', 'storage', 'registry', 'cluster']

/** The program behind scripts/import-ansible.mjs. Gives its exit status. */
export function importAnsibleProgram(args: readonly string[]): Promise<number> {
  const program = quietly(new Command('npx zx scripts/import-ansible.mjs'))
    .description(
      'Makes an inventory for `provider: static` of inventories of Ansible: files in INI or YAML, and folders of them.',
    )
    .argument('<files...>', 'files or folders, later ones win')
    .option('--lab <name>', 'name of the lab', 'own')
    .option(
      '--group <from=to>',
      "call a group of Ansible's otherwise; again for each",
      (one: string, all: readonly string[] = []) => [...all, one],
    )
    .option('--out <file>', 'write it to this file, which must not be there yet')
  return asProgram(program, about, args, async () => {
    const { lab, group = [], out } = program.opts<{ lab: string; group?: string[]; out?: string }>()
    if (!labName.pattern.test(lab)) throw usageError({ message: `--lab ${lab}: expected ${labName.what}` })
    const inventory = readAnsible(program.args)
    const renamed = renamedBy(group, [...inventory.groups.keys()])
    const converted = convert(inventory, renamed)
    if (converted.hosts.length === 0)
      throw usageError({
        code: 'ansible-inventory-invalid',
        message: `${program.args.join(', ')}: no host is in there`,
        next: 'Name the file or folder that ansible-inventory -i takes: INI, or YAML of groups with `hosts:`.',
      })
    const text = write(converted, { lab, from: program.args })
    if (out === undefined) process.stdout.write(text)
    else writeNew(out, text)
    const { hosts, groups } = converted
    const left = text.split('\n').filter(line => /^\s*# not carried over/i.test(line)).length
    console.error(
      `${counted(hosts.length, 'host')}, ${counted(groups.length, 'group')}` +
        (left === 0 ? '' : `; ${counted(left, 'comment')} on what is not carried over`),
    )
    const missing = labGroups.filter(name => !groups.some(one => one.name === name))
    if (missing.length > 0)
      console.error(
        `Nobody is in ${missing.join(', ')}, which the lab's plays are for: edit the file, or --group FROM=TO.`,
      )
    return exitCode.done
  })
}

function renamedBy(given: readonly string[], known: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    given.map(pair => {
      const [, from = '', to = ''] = /^([^=]+)=([^=]+)$/.exec(pair) ?? []
      if (from === '') throw usageError({ message: `--group ${pair}: expected FROM=TO` })
      if (!known.includes(from))
        throw usageError({
          message: `--group ${pair}: there is no group ${from}`,
          next: `There are: ${known.join(', ')}`,
        })
      return [from, to]
    }),
  )
}

function writeNew(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx' })
  } catch (error) {
    throw fileUnwritable(path, error)
  }
}
