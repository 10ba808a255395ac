import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest'
import type { Check } from '../../engine/play/checks.ts'
import { confirmDemo, present } from './demo.ts'
import { inProcess } from './testing/in-process.ts'

let folder: string
let inventory: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demo-'))
  inventory = join(folder, 'lab.yaml')
  const hosts = 'hosts:\n  cp: { groups: [control-plane], address: 192.0.2.1 }\n'
  await writeFile(inventory, `lab: shown\nprovider: static\nvars: { file-manager: { variant: advanced2 } }\n${hosts}`)
})
afterEach(() => rm(folder, { recursive: true }))

const table = `POD${' '.repeat(60)}ADDRESS        NODE`
const scenes: readonly Check[] = [
  {
    ...{ id: 'S1-A4', title: 'On different workers' },
    async look(run) {
      for (const text of ['cp$ kubectl get pods', table]) run.emit({ type: 'notice', level: 'info', text, shown: true })
      return 'as shown'
    },
  },
  { id: 'S1-A7', title: 'The broker knows', look: () => Promise.reject(new Error('it does not')) },
  { id: 'S1-A10', title: 'A client connects', look: async () => 'as shown' },
]
const show = (...args: readonly string[]) =>
  inProcess(
    'demo',
    ['--inventory', inventory, ...args],
    { XDG_STATE_HOME: join(folder, 'state'), HOME: folder },
    () => [{ title: 'Show', roles: [], groups: [], perform: run => present(run, scenes, false) }],
  )

it('shows what is typed, and tables at their width, under the title of the scene; one that fails ends no other', async () => {
  const { exit, stdout } = await show()
  const lines = stdout.split('\n').map(line => line.replace(/ \*+$/, ''))
  const first = lines.indexOf('PLAY [On different workers]')
  expect(lines.slice(first, first + 4)).toEqual([
    'PLAY [On different workers]',
    '  cp$ kubectl get pods',
    `  ${table}`,
    expect.stringMatching(/^ {2}passed +S1-A4 +On different workers +as shown$/),
  ])
  expect(stdout).toMatch(
    /PLAY \[The broker knows\].*\n {2}failed +S1-A7 [\s\S]*PLAY \[A client connects\].*\n {2}passed/,
  )
  expect(exit).toBe(70)
})

it('waits for Enter on a terminal alone, and says so before anything is done', async () => {
  const terminal = process.stdin.isTTY
  process.stdin.isTTY = false
  onTestFinished(() => {
    process.stdin.isTTY = terminal
  })
  const env = { XDG_STATE_HOME: join(folder, 'state'), HOME: folder }
  const { exit, stdout } = await inProcess('demo', ['--inventory', inventory, '--yes', '--pause'], env)
  expect([exit, stdout]).toEqual([64, expect.stringContaining('--pause waits for Enter')])
})

it('asks before it holds the lab', () => {
  expect(confirmDemo({ pause: false }).asks).toBe(true)
})
