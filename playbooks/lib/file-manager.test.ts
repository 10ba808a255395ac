import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { inProcess } from './testing/in-process.ts'

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

const down = (...args: readonly string[]) => run('down', ...args)

async function run(playbook: string, ...args: readonly string[]): Promise<{ exit: number; output: string }> {
  const homes = { XDG_STATE_HOME: 'state', XDG_CACHE_HOME: 'cache', XDG_CONFIG_HOME: 'config' }
  const env = Object.fromEntries(Object.entries(homes).map(([name, home]) => [name, join(folder, home)]))
  const { exit, stdout, stderr } = await inProcess(playbook, ['--inventory', join(folder, 'lab.yaml'), ...args], env)
  return { exit, output: stdout + stderr }
}

it('down takes away what clients were given, tells so beforehand, and shows nothing of it', async () => {
  const check = await down('--check')
  expect([check.exit, existsSync(file)]).toEqual([2, true])
  const real = await down('--yes')
  expect([real.exit, existsSync(file), existsSync(join(folder, 'config/andamio/entered'))]).toEqual([0, false, false])
  for (const { output } of [check, real]) {
    expect(output).toContain('operator-file')
    expect(output).not.toContain('a token of clients')
  }
})

it('a down of some hosts leaves them what they have', async () => {
  const { exit } = await down('--yes', '--limit', 'one')
  expect([exit, existsSync(file)]).toEqual([0, true])
})

it.each([
  ['demo', [], 'nothing-to-show'],
  ['verify', ['--disturb'], 'nothing-to-disturb'],
])('%s %s does nothing to a lab that has none, and asks where it has', async (playbook, args, code) => {
  const none = await run(playbook, ...args, '--yes')
  expect([none.exit, none.output]).toEqual([64, expect.stringContaining(code)])
  await writeFile(join(folder, 'lab.yaml'), `${text}vars: { file-manager: { variant: basic } }\n`)
  expect(await run(playbook, ...args, '--yes')).toEqual({ exit: 64, output: expect.stringContaining(code) })
  await writeFile(join(folder, 'lab.yaml'), `${text}vars: { file-manager: { variant: advanced2 } }\n`)
  expect(await run(playbook, ...args)).toEqual({ exit: 64, output: expect.stringContaining('cannot-ask') })
})
