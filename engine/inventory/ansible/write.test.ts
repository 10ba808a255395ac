import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { parseInventory } from '../parse.ts'
import { convert } from './convert.ts'
import { readAnsible } from './read.ts'
import { write } from './write.ts'

const folder = mkdtempSync(join(tmpdir(), 'ansible-'))
afterAll(() => rmSync(folder, { recursive: true }))

function put(name: string, text: string): string {
  const file = join(folder, name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  return file
}

/** The inventory made of these files, without its first line, which has their paths. */
function made(paths: readonly string[], renamed: Readonly<Record<string, string>> = {}): readonly string[] {
  const converted = convert(readAnsible(paths), new Map(Object.entries(renamed)))
  const text = write(converted, { lab: 'own', from: paths })
  parseInventory('made.yaml', text, { roleVars: {} })
  return text.split('\n').slice(1, -1)
}

const fixtures = fileURLToPath(new URL('fixtures', import.meta.url))

it.each(readdirSync(fixtures).filter(name => !name.endsWith('.json')))('makes an inventory of %s that is one', name => {
  expect(made([join(fixtures, name)]).filter(line => line.startsWith('  ')).length).toBeGreaterThan(0)
})

it('says how to log in as Ansible did, what all hosts share once', () => {
  const file = put(
    'login.ini',
    `[k8s_nodes]
n[1:3].lab.example
alias ansible_host=192.0.2.9 ansible_port=2222 ansible_ssh_common_args='-J ann@gate:2200,inner -o StrictHostKeyChecking=no'
old ansible_ssh_host=192.0.2.8 ansible_ssh_user=other ansible_ssh_extra_args="-o ProxyCommand='ssh -W %h:%p -q bob@gateway'"
[all:vars]
ansible_user=deploy
ansible_ssh_private_key_file=~/.ssh/lab key
ansible_become=yes
ansible_python_interpreter=/usr/bin/python3
`,
  )
  expect(made([file])).toEqual([
    '# Not carried over: ansible_python_interpreter: not needed, hosts run nothing but sh',
    'lab: own',
    'provider: static',
    'static: { key: "~/.ssh/lab key" } # how to log in to all of them',
    'hosts:',
    '  "n[1:3]": { groups: [k8s-nodes], address: "n[1:3].lab.example", user: deploy }',
    '  # not carried over: ansible_ssh_common_args: StrictHostKeyChecking: hosts always prove their keys here; --accept-new-host-keys, once, for new ones',
    '  alias: { groups: [k8s-nodes], address: 192.0.2.9, user: deploy, port: 2222, jump: ["ann@gate:2200", inner] }',
    '  old: { groups: [k8s-nodes], address: 192.0.2.8, user: other, jump: [bob@gateway] }',
    'groups:',
    '  k8s-nodes: {} # k8s_nodes in Ansible',
  ])
})

it('carries over no secret, and says what it leaves', () => {
  const file = put(
    'secret.yaml',
    `web:
  hosts:
    a: { ansible_password: hunter2, ansible_become_pass: hunter2, token: hunter2, ansible_user: "{{ who }}" }
    b: { ansible_port: !vault "hunter2", ansible_become_user: app }
    c: { ansible_port: 70000 }
    win: { ansible_connection: winrm }
  vars: { api_key: hunter2 }
`,
  )
  const text = made([file]).join('\n')
  expect(text).not.toContain('hunter2')
  expect(text).toContain(
    '# Not carried over: the host win is left out. ansible_connection=winrm: it is not reached by SSH',
  )
  for (const note of [
    'ansible_password: hosts let in by key, and sudo asks no password',
    'ansible_user: only Ansible can fill its template in',
    'ansible_port: it is encrypted',
    'ansible_port: 70000 is no port',
    'ansible_become_user: whoever logs in here becomes root, by sudo',
    "variables of Ansible's playbooks: token",
    "variables of Ansible's playbooks: api_key",
  ])
    expect(text).toContain(`  # not carried over: ${note}\n`)
})

it('reads folders, and the variables that lie beside', () => {
  put('site/01-hosts', '[masters]\nm1\n[nodes]\nn1\n')
  put('site/02-groups.yaml', 'k8s:\n  children:\n    masters:\n    nodes:\n')
  put('site/notes.md', 'no inventory')
  put('site/group_vars/all.yml', 'ansible_user: deploy\n')
  put('site/group_vars/nodes/a.yml', 'ansible_port: 2200\n')
  put('site/group_vars/nodes/b.yml', 'ansible_port: 2201\n')
  put('site/host_vars/m1', 'ansible_host: 192.0.2.1\n')
  put('site/host_vars/n1.yaml', '$ANSIBLE_VAULT;1.1;AES256\n3132\n')
  const groups = { masters: 'control-plane', nodes: 'workers', k8s: 'cluster' }
  expect(made([join(folder, 'site')], groups)).toEqual([
    'lab: own',
    'provider: static',
    'static: { user: deploy } # how to log in to all of them',
    'hosts:',
    '  m1: { groups: [control-plane], address: 192.0.2.1 }',
    "  # not carried over: variables of Ansible's playbooks: (n1.yaml)",
    '  n1: { groups: [workers], address: n1, port: 2201 }',
    'groups:',
    '  control-plane: {} # masters in Ansible',
    '  workers: {} # nodes in Ansible',
    '  cluster: { children: [control-plane, workers] } # k8s in Ansible',
  ])
})

it('makes names of ours, each its own', () => {
  const text =
    'web.a.example\nweb.b.example\ndb_1\n10.0.0.1\nLocalhost.lab\n9lives\n[db_1_host]\n[web-a-example]\n[Big_Ones]\nweb.a.example\n'
  expect(made([put('names.ini', text)]).filter(line => /^ {2}\S+: /.test(line))).toEqual([
    '  web-host: { groups: [big-ones], address: web.a.example }',
    '  web-b-example: { address: web.b.example }',
    '  db-1: { address: db_1 }',
    '  host-10-0-0-1: { address: 10.0.0.1 }',
    '  localhost-lab: { address: Localhost.lab }',
    '  host-9lives: { address: "9lives" }',
    '  db-1-host: {} # db_1_host in Ansible',
    '  web-a-example: {}',
    '  big-ones: {} # Big_Ones in Ansible',
  ])
})

const seen = (name: string, text: string): string => {
  const file = put(name, text)
  try {
    convert(readAnsible([file]), new Map())
    return 'nothing'
  } catch (error) {
    const { exit, failure } = error as {
      exit: number
      failure: { code: string; place: string; message: string; next: string }
    }
    expect([exit, failure.code]).toEqual([64, 'ansible-inventory-invalid'])
    return `${failure.place.replace(`${folder}/`, '')} ${failure.message.replaceAll(`${folder}/`, '')} (${failure.next.split('.')[0]})`
  }
}

it.each([
  [
    'case.ini',
    'Web1\n  web1\n',
    'case.ini:2:3 the hosts web1 and Web1 (case.ini:1:1) differ only by case (Rename one of them there)',
  ],
  [
    'groups.yaml',
    'Web:\nweb:\n',
    'groups.yaml:2:1 the groups web and Web (groups.yaml:1:1) differ only by case (Rename one of them there)',
  ],
  [
    'alike.ini',
    '[a_b]\n[a-b]\n',
    'alike.ini:2:1 the groups a_b and a-b would both be called a-b (Choose another: --group a-b=NAME)',
  ],
  [
    'circle.ini',
    '[a:children]\nb\n[b:children]\nc\n[c:children]\n a\n',
    'circle.ini:6:2 the group c holds itself: c > a > b > c',
  ],
  [
    'circle.yaml',
    'a:\n  children:\n    b:\n      children:\n        a:\n',
    'circle.yaml:3:5 the group a holds itself: a > b > a',
  ],
  ['self.ini', '[a:children]\na\n', 'self.ini:2:1 the group a holds itself: a > a'],
  [
    'aws_ec2.yml',
    '# hosts of a cloud\nplugin: amazon.aws.aws_ec2\nregions: [eu-west-1]\n',
    "aws_ec2.yml:2:1 this asks a plugin of Ansible's for hosts (amazon.aws.aws_ec2), and has none itself (Have Ansible ask it: ansible-inventory -i",
  ],
  [
    'hosts.py',
    '#!/usr/bin/env python3\n',
    'hosts.py:1:1 this is a program that tells hosts (Have Ansible run it: ansible-inventory -i',
  ],
  [
    'vault.yml',
    '$ANSIBLE_VAULT;1.1;AES256\n31\n',
    'vault.yml:1:1 this is encrypted (Open it first: ansible-vault view',
  ],
  ['vars.ini', '[gone:vars]\na=1\n', 'vars.ini:1:1 [gone:vars] is of a group that is declared nowhere'],
  ['kind.ini', '[a:hots]\n', 'kind.ini:1:1 [a:hots] is none of [a], [a:vars], [a:children]'],
  ['head.ini', '[a b]\n', 'head.ini:1:1 [a b] heads no section: [group], [group:vars] or [group:children]'],
  ['word.ini', 'h a\n', 'word.ini:1:1 expected name=value, got a'],
  ['quote.ini', "h a='b\n", 'quote.ini:1:1 a quote is not closed'],
  ['range.ini', 'h[3:1]\n', 'range.ini:1:1 h[3:1]: the range runs backwards: 3 is more than 1'],
  [
    'list.yaml',
    'web:\n  hosts: [a, b]\n',
    'list.yaml:2:3 hosts of web must be a map, each name with a colon behind it',
  ],
  ['bad.yaml', 'web:\n\thosts:\n', 'bad.yaml:2:1 Tabs are not allowed as indentation'],
  ['deep.yaml', `a: ${'['.repeat(20_000)}`, 'deep.yaml:1:1 nested too deeply to be read'],
  [
    'bomb.yaml',
    `a: { vars: { x0: &x0 [1], ${Array.from({ length: 30 }, (_, i) => `x${i + 1}: &x${i + 1} [*x${i}, *x${i}]`).join(', ')} } }`,
    'bomb.yaml:1:',
  ],
  ['empty.yaml', '# nothing\n', 'empty.yaml:1:1 there is no group in it'],
])('tells where %s is wrong', (name, text, expected) => {
  const found = seen(name, text)
  expect(found.startsWith(expected), found).toBe(true)
})

it('takes a value that nobody should read for text', () => {
  const file = put('deep.ini', `h a=${'['.repeat(50_000)} ansible_host=192.0.2.1\n`)
  expect(made([file])).toContain('  h: { address: 192.0.2.1 }')
})

it('shows nothing of a file that would steer a terminal', () => {
  expect(made([put('odd.ini', 'h ansible_host=192.0.2.1 "x\x1b[31m=1"\n')]).join('\n')).not.toContain('\x1b')
})
