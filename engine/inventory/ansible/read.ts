import { accessSync, constants, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { ansibleError } from './failure.ts'
import { readIni } from './ini.ts'
import { type AnsibleGroup, type AnsibleHost, AnsibleInventory } from './model.ts'
import { readYaml } from './yaml.ts'
import { AnsibleYaml } from './yaml-file.ts'

/** Of a folder's files, those that Ansible passes over. */
const passedOver = /~$|\.(pyc|pyo|swp|bak|rpm|md|txt|rst|orig|cfg|ini|retry)$/
const MAX_BYTES = 4 * 1024 * 1024

/**
 * Reads Ansible inventories, in this order into one: files in INI or YAML, folders of them, and the `group_vars` and
 * `host_vars` beside them. Throws `ansible-inventory-invalid` (exit 64).
 */
export function readAnsible(paths: readonly string[]): AnsibleInventory {
  const into = new AnsibleInventory()
  into.group('all', '')
  into.group('ungrouped', '')
  const folders = new Set<string>()
  for (const path of paths) {
    const isFolder = statOf(path).isDirectory()
    if (isFolder) for (const file of filesIn(path)) readOne(file, into)
    else readOne(path, into)
    folders.add(isFolder ? path : dirname(path))
  }
  for (const folder of folders) {
    for (const group of into.groups.values()) readFolder(join(folder, 'group_vars'), group)
    for (const host of into.hosts.values()) readFolder(join(folder, 'host_vars'), host)
  }
  return into
}

function readOne(file: string, into: AnsibleInventory): void {
  const text = textOf(file)
  const isYaml =
    /^\.(ya?ml|json)$/.test(extname(file)) || /^(#.*\n|\s*\n)*---\s*$/m.test(text.slice(0, 4096).split('\n[')[0] ?? '')
  if (text.startsWith('#!') || (!isYaml && isProgram(file))) {
    throw ansibleError(
      `${file}:1:1`,
      'this is a program that tells hosts',
      `Have Ansible run it: ansible-inventory -i ${file} --list --yaml --export --output hosts.yaml   Then import hosts.yaml.`,
    )
  }
  if (/^\s*\$ANSIBLE_VAULT;/.test(text))
    throw ansibleError(`${file}:1:1`, 'this is encrypted', `Open it first: ansible-vault view ${file}`)
  if (isYaml) readYaml(text, file, into)
  else readIni(text, file, into)
}

/** `group_vars/NAME`, with or without an ending, and all files of a folder of that name. */
function readFolder(folder: string, { name, folderVars }: AnsibleGroup | AnsibleHost): void {
  if (name.includes('/')) return
  for (const path of ['', '.yml', '.yaml', '.json'].map(ending => join(folder, `${name}${ending}`))) {
    const found = statSync(path, { throwIfNoEntry: false })
    for (const file of found?.isDirectory() ? filesIn(path, true) : found ? [path] : []) {
      const text = textOf(file)
      if (/^\s*\$ANSIBLE_VAULT;/.test(text))
        folderVars.set(`(${basename(file)})`, { value: null, place: `${file}:1:1`, vaulted: true })
      else {
        const yaml = new AnsibleYaml(file, text)
        yaml.vars(yaml.root, folderVars)
      }
    }
  }
}

/** In the order of their names; folders of variables are read with those of what they name. */
function filesIn(folder: string, deep = false): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  return entries.flatMap(({ name }) => {
    if (passedOver.test(name) || name.startsWith('.') || (!deep && /^(group|host)_vars$/.test(name))) return []
    const path = join(folder, name)
    return statOf(path).isDirectory() ? filesIn(path, deep) : [path]
  })
}

function statOf(path: string): ReturnType<typeof statSync> & object {
  try {
    return statSync(path)
  } catch (error) {
    throw ansibleError(path, `cannot be read: ${(error as Error).message}`, 'Name a file or folder that is there.')
  }
}

function textOf(file: string): string {
  if (statOf(file).size > MAX_BYTES) throw ansibleError(`${file}:1:1`, 'larger than 4 MiB: no inventory is')
  try {
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '')
  } catch (error) {
    throw ansibleError(file, `cannot be read: ${(error as Error).message}`, 'Name a file that is yours to read.')
  }
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return (statOf(file).mode as number & number) % 2 === 1
  } catch {
    return false
  }
}
