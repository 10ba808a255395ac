import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'

const project = fileURLToPath(new URL('../..', import.meta.url))
const program = [join(project, 'node_modules', 'zx', 'build', 'cli.js'), join(project, 'playbooks', 'down.mjs')]
const text = `lab: entered
provider: local
source: upstream
hosts:
  one: { groups: [control-plane], memory: 1G, cpus: 1 }
  other: { groups: [workers], memory: 1G, cpus: 1 }
groups:
  cluster: { children: [control-plane, workers] }
`

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-manager-'))
  await writeFile(join(folder, 'lab.yaml'), text)
  await mkdir(join(folder, 'config/andamio/entered'), { recursive: true })
  file = join(folder, 'config/andamio/entered/file-manager.json')
  await writeFile(file, '{ "token": "a token of clients" }')
})
afterEach(() => rm(folder, { recursive: true }))

async function down(...args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const homes = { XDG_STATE_HOME: 'state', XDG_CACHE_HOME: 'cache', XDG_CONFIG_HOME: 'config' }
  const env = Object.fromEntries(Object.entries(homes).map(([name, home]) => [name, join(folder, home)]))
  const child = spawn(process.execPath, [...program, '--inventory', join(folder, 'lab.yaml'), ...args], {
    env: { ...process.env, ...env },
    timeout: 60_000,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += chunk))
  const [code] = await once(child, 'close')
  return { code, output }
}

it('down takes away what clients were given, tells so beforehand, and shows nothing of it', async () => {
  const check = await down('--check')
  expect([check.code, existsSync(file)]).toEqual([2, true])
  const real = await down('--yes')
  expect([real.code, existsSync(file), existsSync(join(folder, 'config/andamio/entered'))]).toEqual([0, false, false])
  for (const { output } of [check, real]) {
    expect(output).toContain('operator-file')
    expect(output).not.toContain('a token of clients')
  }
}, 150_000)

it('a down of some hosts leaves them what they have', async () => {
  const { code } = await down('--yes', '--limit', 'one')
  expect([code, existsSync(file)]).toEqual([0, true])
}, 90_000)
