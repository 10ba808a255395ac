import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { quote } from '../../engine/shell/quote.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))
const zx = join(project, 'node_modules', 'zx', 'build', 'cli.js')
const keys = { 'Ctrl-C': '\x03', 'Ctrl-D': '\x04' }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'questions-'))
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'secret', '-f', join(folder, 'key')])
  const groups = `groups:\n  cluster: { children: [control-plane] }\n`
  await writeFile(
    join(folder, 'down.yaml'),
    `lab: questioned\nprovider: local\nhosts:\n  one: { groups: [control-plane], memory: 1G, cpus: 1 }\n${groups}`,
  )
  await writeFile(
    join(folder, 'status.yaml'),
    `lab: questioned\nprovider: static\nstatic: { user: root, key: ./key, agent: false }
hosts:\n  one: { groups: [control-plane], address: 127.0.0.1, port: 9 }\n${groups}`,
  )
})
afterAll(() => rm(folder, { recursive: true }))

/** A playbook on a terminal of its own; `type` is typed once it has asked. */
async function onTerminal(playbook: string, question: string, type: string) {
  const inventory = join(folder, `${playbook}.yaml`)
  const command = [process.execPath, zx, join(project, 'playbooks', `${playbook}.mjs`), '--inventory', inventory]
  const child = spawn('script', ['-qefc', command.map(quote).join(' '), '/dev/null'], {
    cwd: project,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      SHELL: '/bin/sh',
      TERM: 'dumb',
      XDG_STATE_HOME: join(folder, 'state'),
      XDG_CACHE_HOME: join(folder, 'cache'),
    },
    timeout: 60_000,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', chunk => {
    const before = output
    output += chunk
    if (output.includes(question) && !before.includes(question)) child.stdin.write(type)
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output }
}

it.each([
  ['Ctrl-C', 'down', 'to go on: '],
  ['Ctrl-D', 'down', 'to go on: '],
  ['Ctrl-C', 'status', 'Passphrase for '],
  ['Ctrl-D', 'status', 'Passphrase for '],
] as const)(
  '%s at the question of %s is an interrupt, and leaves no lock',
  async (key, playbook, question) => {
    const state = join(folder, 'state', 'andamio')
    const kept = join('questioned', 'hosts')
    await mkdir(join(state, kept), { recursive: true }) // of a lab that is not there nothing is asked
    const { code, output } = await onTerminal(playbook, question, keys[key])
    expect(output).toContain(question)
    expect(output).not.toMatch(/bug|FAILED/)
    expect(output).toContain('Interrupted')
    expect(code).toBe(130)
    expect((await readdir(state, { recursive: true })).sort()).toEqual(['questioned', kept])
  },
  90_000,
)
