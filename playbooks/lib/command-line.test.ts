import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { commandOf } from './command-line.ts'

it('resumes with every flag, whether zx or node runs the playbook', () => {
  const given = ['--check', '--limit', 'workers']
  const resumed = 'npx zx playbooks/up.mjs --check --limit workers'
  expect(commandOf('up', ['/usr/bin/node', '/x/zx/build/cli.js', 'playbooks/up.mjs', ...given])).toBe(resumed)
  expect(commandOf('up', ['/usr/bin/node', '/x/playbooks/up.mjs', ...given])).toBe(resumed)
})

it('resumes with the same arguments, whatever a shell would make of them', () => {
  const given = ['--inventory', "my labs/it's $HOME.yaml", '--html', '', '--limit', 'a,b;touch x']
  const command = commandOf('up', ['node', 'playbooks/up.mjs', ...given])
  const read = execFileSync('sh', ['-c', `npx() { printf '%s\\n' "$@"; }\n${command}`], { encoding: 'utf8' })
  expect(read).toBe(`${['zx', 'playbooks/up.mjs', ...given].join('\n')}\n`)
})

it("names a playbook of the user's where it is", () => {
  const command = commandOf('site', ['node', '/x/zx/build/cli.js', '../my lab/site.mjs', '--check'])
  expect(command).toBe("npx zx '../my lab/site.mjs' --check")
})
