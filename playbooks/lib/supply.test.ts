import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { daemonLives, startDaemon, stopDaemon } from '../../mirror/serve/daemon.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))
const program = [join(project, 'node_modules', 'zx', 'build', 'cli.js'), join(project, 'playbooks', 'down.mjs')]

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'supply-'))
})
afterEach(() => rm(folder, { recursive: true }))

it('down ends the servers of a lab whose inventory takes packages from upstream, for up may have been told otherwise', async () => {
  const inventory = join(folder, 'lab.yaml')
  const hosts =
    'hosts:\n  one: { groups: [control-plane], memory: 1G, cpus: 1 }\ngroups:\n  cluster: { children: [control-plane] }\n'
  await writeFile(inventory, `lab: supplied\nprovider: local\nsource: upstream\n${hosts}`)
  const server = { name: 'apt', folder: join(folder, 'state', 'andamio', 'supplied', 'mirror') }
  const command = ['sleep', '600']
  const { signal } = new AbortController()
  await startDaemon({ ...server, command, settings: [], answers: async () => true }, signal)
  try {
    const env = { ...process.env, XDG_STATE_HOME: join(folder, 'state'), XDG_CACHE_HOME: join(folder, 'cache') }
    const down = spawn(process.execPath, [...program, '--inventory', inventory, '--yes'], { env, timeout: 60_000 })
    let output = ''
    for (const stream of [down.stdout, down.stderr]) stream.on('data', chunk => (output += chunk))
    const [code] = await once(down, 'close')
    expect(output).toContain('mirror-server')
    expect(code).toBe(0)
    expect(await daemonLives(server)).toBe(false)
  } finally {
    await stopDaemon(server)
  }
}, 90_000)
