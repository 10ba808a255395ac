import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { quote } from '../../engine/shell/quote.ts'
import { inProcess } from './testing/in-process.ts'

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

const inventoryOf = (playbook: string) => ['--inventory', join(folder, `${playbook}.yaml`)]
const env = () => ({ HOME: folder, XDG_STATE_HOME: join(folder, 'state'), XDG_CACHE_HOME: join(folder, 'cache') })

/** A playbook on a terminal of its own; `type` is typed once it has asked. */
async function onTerminal(playbook: string, question: string, type: string) {
  const command = [process.execPath, zx, `playbooks/${playbook}.mjs`, ...inventoryOf(playbook)]
  const child = spawn('script', ['-qefc', command.map(quote).join(' '), '/dev/null'], {
    cwd: project,
    env: { ...env(), PATH: process.env.PATH, SHELL: '/bin/sh', TERM: 'dumb' },
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

/** The same within this process, on what it takes for a terminal. */
async function within(playbook: string, question: string, type: string) {
  const terminal = Object.assign(new PassThrough(), { isTTY: true })
  let output = ''
  const stdin = vi.spyOn(process, 'stdin', 'get').mockReturnValue(terminal as never)
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation(chunk => {
    const before = output
    output += chunk
    if (output.includes(question) && !before.includes(question)) setImmediate(() => terminal.write(type))
    return true
  })
  try {
    const ended = await inProcess(playbook, inventoryOf(playbook), env())
    return { code: ended.exit, output: output + ended.stdout + ended.stderr }
  } finally {
    stdin.mockRestore()
    stderr.mockRestore()
  }
}

it.each([
  ['Ctrl-C', 'down', 'to go on: ', onTerminal],
  ['Ctrl-D', 'down', 'to go on: ', within],
  ['Ctrl-C', 'status', 'Passphrase for ', within],
  ['Ctrl-D', 'status', 'Passphrase for ', onTerminal],
] as const)('%s at the question of %s is an interrupt, and leaves no lock', async (key, playbook, question, on) => {
  const state = join(folder, 'state', 'andamio')
  const kept = join('questioned', 'hosts')
  await mkdir(join(state, kept), { recursive: true }) // of a lab that is not there nothing is asked
  const { code, output } = await on(playbook, question, keys[key])
  expect(output).toContain(question)
  expect(output).not.toMatch(/bug|FAILED/)
  expect(output).toContain('Interrupted')
  expect(code).toBe(130)
  expect((await readdir(state, { recursive: true })).sort()).toEqual(['questioned', kept])
})
