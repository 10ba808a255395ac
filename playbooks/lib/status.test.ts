import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { knownHostLine } from '../../engine/connection/known-hosts.ts'
import { makeKey } from '../../engine/connection/testing/keys.ts'
import { freePort, type Sshd, startSshd } from '../../engine/connection/testing/sshd.ts'
import { eventsOf } from './testing/events-of.ts'
import { inProcess } from './testing/in-process.ts'

const zx = fileURLToPath(new URL('../../node_modules/zx/build/cli.js', import.meta.url))
const program = fileURLToPath(new URL('../status.mjs', import.meta.url))
const home = mkdtempSync(join(tmpdir(), 'andamio-status-'))
let sshd: Sshd
let others: readonly Sshd[]

beforeAll(async () => {
  const host = makeKey(home, 'host')
  const keys = { host: [host], user: makeKey(home, 'key') }
  sshd = await startSshd(home, keys)
  others = [await startSshd(home, keys), await startSshd(home, keys)]
  await mkdir(join(home, '.ssh'))
  const known = [sshd, ...others].map(({ port }) => knownHostLine(`[127.0.0.1]:${port}`, host.publicKey))
  writeFileSync(join(home, '.ssh', 'known_hosts'), known.join(''))
})
afterAll(async () => {
  await Promise.all([sshd, ...others].map(each => each.close()))
  rmSync(home, { recursive: true })
})

const env = { HOME: home, XDG_STATE_HOME: join(home, 'state') }

/** `status` of a lab whose hosts listen on these ports. */
function status(ports: Readonly<Record<string, number>>, ...flags: readonly string[]) {
  return inProcess('status', ['--inventory', inventoryOf(ports), ...flags], env)
}

function inventoryOf(ports: Readonly<Record<string, number>>): string {
  const hosts = Object.entries(ports).map(
    ([name, port]) =>
      `  ${name}: { groups: [${name === 'cp' ? 'control-plane' : 'workers'}], address: 127.0.0.1, port: ${port} }\n`,
  )
  const head = 'lab: seen\nprovider: static\nstatic: { user: root, key: ./key, agent: false }\n'
  const groups = 'groups:\n  cluster: { children: [control-plane, workers] }\n'
  writeFileSync(join(home, 'lab.yaml'), `${head}hosts:\n${hosts.join('')}${groups}`)
  return join(home, 'lab.yaml')
}

it('hears what every host has to tell before it ends, and then does', async () => {
  const [worker1 = 0, worker2 = 0] = others.map(({ port }) => port)
  const inventory = inventoryOf({ cp: sshd.port, worker1, worker2 })
  const child = spawn(process.execPath, [zx, program, '--inventory', inventory], {
    env: { PATH: process.env.PATH, ...env },
  })
  const [stdout, stderr, [exit]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  // Of each its facts, and of the first with them whether it has a cluster.
  expect(stdout, stderr).toContain('3 round trips')
  expect(stdout).toMatch(/The lab seen is not ready\n +cause +There is no cluster\n/)
  expect(exit).toBe(69)
})

it('shows a host that refuses as such, and the others all the same, to people and to programs', async () => {
  const { exit, stdout, stderr } = await status({ cp: sshd.port, worker1: await freePort() }, '--json')
  expect(stderr).toMatch(/HOST +STATE +GROUPS\n/)
  expect(stderr).toMatch(/cp +running 127\.0\.0\.1 +control-plane/)
  expect(stderr).toMatch(/worker1 +does not answer +workers/)
  expect(stderr).toContain('There is no cluster.')
  expect(stderr).toContain('nothing listens there (ECONNREFUSED)')
  expect(exit).toBe(69)

  const events = eventsOf(stdout)
  expect(events.flatMap(event => (event.type === 'notice' && event.data ? [event.data] : []))).toEqual([
    { host: 'cp', is: 'running', address: '127.0.0.1', groups: ['all', 'cluster', 'control-plane'] },
    { host: 'worker1', is: 'unreachable', groups: ['all', 'cluster', 'workers'] },
    { cluster: null, why: 'There is no cluster.' },
  ])
})

it('does not know the cluster where its control plane does not answer', async () => {
  const { exit, stdout } = await status({ cp: await freePort(), worker1: sshd.port })
  expect(stdout).toMatch(/cp +does not answer/)
  expect(stdout).toMatch(/worker1 +running/)
  expect(stdout).toMatch(/cp cannot be reached: nothing listens there/)
  expect(stdout).not.toContain('no node')
  expect(exit).toBe(69)
})

it('asks all hosts side by side', async () => {
  // Each stays silent until both are asked, and then hangs up: who asks one after the other finds only one waiting.
  const waiting = new Map<string, Socket>()
  let most = 0
  const silent = (name: string) =>
    createServer(socket => {
      waiting.set(name, socket)
      socket
        .resume()
        .on('error', () => undefined)
        .on('close', () => waiting.delete(name))
      most = Math.max(most, waiting.size)
      if (most === 2) for (const each of waiting.values()) each.destroy()
    }).listen(0, '127.0.0.1')
  const servers = ['worker1', 'worker2'].map(silent)
  await Promise.all(servers.map(server => once(server, 'listening')))
  try {
    const [one = 0, two = 0] = servers.map(server => (server.address() as AddressInfo).port)
    const { exit, stdout } = await status({ cp: sshd.port, worker1: one, worker2: two })
    expect(most).toBe(2)
    expect(stdout).toMatch(/worker1 +does not answer[\s\S]*worker2 +does not answer/)
    expect(exit).toBe(69)
  } finally {
    for (const server of servers) server.close()
  }
})
