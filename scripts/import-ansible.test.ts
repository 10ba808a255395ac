import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { importAnsibleProgram } from './import-ansible-program.ts'

const folder = mkdtempSync(join(tmpdir(), 'import-'))
const hosts = join(folder, 'hosts')
writeFileSync(hosts, '[masters]\nm1 ansible_host=192.0.2.1\n[nodes]\nn[1:2].lab.example\n')
afterAll(() => rmSync(folder, { recursive: true }))

let said: { stdout: string; stderr: string }
beforeEach(() => {
  said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation(data => {
      said[name] += data
      return true
    })
  }
  vi.spyOn(console, 'error').mockImplementation(line => {
    said.stderr += `${line}\n`
  })
})
afterEach(() => vi.restoreAllMocks())

test('shows the inventory, and who of the lab is nobody yet', async () => {
  const args = [hosts, '--lab', 'mine', '--group', 'masters=control-plane', '--group', 'nodes=workers']
  expect(await importAnsibleProgram(args)).toBe(0)
  expect(said.stdout).toContain(
    'lab: mine\nprovider: static\nhosts:\n  m1: { groups: [control-plane], address: 192.0.2.1 }\n',
  )
  expect(said.stderr).toMatch(/^3 hosts, 2 groups\nNobody is in storage, registry, cluster, /)
})

test('writes a new file, and over no other', async () => {
  const out = join(folder, 'my.yaml')
  expect(await importAnsibleProgram([hosts, '--out', out])).toBe(0)
  expect(readFileSync(out, 'utf8')).toContain('"n[1:2]": { groups: [nodes], address: "n[1:2].lab.example" }')
  expect(await importAnsibleProgram([hosts, '--out', out])).toBe(64)
  expect(said.stderr).toContain('file-unwritable')
})

test('refuses files in which nobody is', async () => {
  const other = join(folder, 'package.json')
  writeFileSync(other, '{ "name": "x", "scripts": { "a": "b" } }')
  const out = join(folder, 'of-nobody.yaml')
  expect(await importAnsibleProgram([other, '--out', out])).toBe(64)
  expect(said.stderr).toMatch(/no host is in there[\s\S]*ansible-inventory-invalid/)
  expect(existsSync(out)).toBe(false)
})

test.each([
  [[], "missing required argument 'files'"],
  [[join(folder, 'gone')], 'cannot be read: ENOENT'],
  [[hosts, '--lab', 'A B'], '--lab A B: expected a lab name'],
  [[hosts, '--group', 'masters'], '--group masters: expected FROM=TO'],
  [[hosts, '--group', 'gone=workers'], '--group gone=workers: there is no group gone'],
  [[hosts, '--group', 'nodes=a b'], 'a b, for the group nodes, is not a group name'],
])('refuses %s', async (args, why) => {
  expect(await importAnsibleProgram(args)).toBe(64)
  expect(said.stdout).toBe('')
  expect(said.stderr.replace(/\s+/g, ' ')).toContain(why)
})
