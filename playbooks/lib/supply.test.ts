import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { daemonLives, startDaemon, stopDaemon } from '../../mirror/serve/daemon.ts'
import { inProcess } from './testing/in-process.ts'

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
    const env = { XDG_STATE_HOME: join(folder, 'state'), XDG_CACHE_HOME: join(folder, 'cache') }
    const { exit, stdout, stderr } = await inProcess('down', ['--inventory', inventory, '--yes'], env)
    expect(stdout, stderr).toContain('mirror-server')
    expect(exit).toBe(0)
    expect(await daemonLives(server)).toBe(false)
  } finally {
    await stopDaemon(server)
  }
})
