import { execFileSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { knownHostLine } from '../../../engine/connection/known-hosts.ts'
import { whyNotRead } from '../../../engine/connection/read-only.ts'
import { makeKey } from '../../../engine/connection/testing/keys.ts'
import { type Sshd, startSshd } from '../../../engine/connection/testing/sshd.ts'
import { udpKnock } from '../../../engine/connection/udp-knock.ts'
import { AndamioError } from '../../../engine/errors.ts'
import { openAuthority } from '../../../engine/pki/authority.ts'
import type { Step } from '../../../engine/play/step.ts'
import { labOf } from '../../../engine/play/testing/lab.ts'
import { quote } from '../../../engine/shell/quote.ts'
import { doctor } from '../../lib/doctor.ts'
import { eventsOf } from '../../lib/testing/events-of.ts'
import { inProcess } from '../../lib/testing/in-process.ts'
import { daysOf, twins } from './hosts.ts'
import { waysOf } from './network.ts'
import { listening } from './ports.ts'

const home = mkdtempSync(join(tmpdir(), 'doctor-home-'))
let hosts: readonly Sshd[]
beforeAll(async () => {
  const keys = { host: [makeKey(home, 'host')], user: makeKey(home, 'user') }
  hosts = [await startSshd(home, keys), await startSshd(home, keys, ['DisableForwarding yes'])]
  const known = hosts.map(({ port }) => knownHostLine(`[127.0.0.1]:${port}`, keys.host[0]?.publicKey as Buffer))
  await mkdir(join(home, '.ssh'))
  await writeFile(join(home, '.ssh/known_hosts'), known.join(''))
})
afterAll(async () => {
  await Promise.all(hosts.map(host => host.close()))
  await rm(home, { recursive: true })
})

let folder: string
const path = (name: string) => join(folder, name)
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doctor-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** This machine, as a host. */
const login = (host: 0 | 1) => `address: 127.0.0.1, port: ${hosts[host]?.port}, key: ${home}/user, agent: false`
const one = () => `  cp: { groups: [control-plane, storage], ${login(0)} }\n`

const passing: Step = { title: 'Nothing', roles: [], groups: [], perform: async () => undefined }

async function look(hosts: string, plays: readonly Step[] = [passing], args: readonly string[] = []) {
  await writeFile(path('lab.yaml'), `lab: ill\nprovider: static\nhosts:\n${hosts}`)
  const env = { XDG_STATE_HOME: path('state'), XDG_CACHE_HOME: path('cache'), HOME: home }
  const ended = await inProcess('doctor', ['--inventory', path('lab.yaml'), ...args], env, () => [doctor(plays)])
  return { ...ended, stdout: ended.stdout.replaceAll(folder, '') }
}

it('ends with 0 where nothing would stop an up, and says of each thing what it saw', async () => {
  const { exit, stdout } = await look(one())
  expect(stdout).toContain("ok       The lab's own certificates are in force: there are none yet\n")
  expect(stdout).toMatch(/\nNothing would stop an up; 14 checks passed, \d+\.\d s\.\n$/)
  expect(exit).toBe(0)
})

it('tells what ends a play, with what to do, and goes on', async () => {
  const refusing: Step = {
    ...passing,
    title: 'Refuse it',
    perform: () =>
      Promise.reject(new AndamioError({ code: 'c', message: 'It cannot be.', cause: 'too small', next: 'Grow.' })),
  }
  const { exit, stdout } = await look(one(), [refusing, passing, refusing])
  expect(stdout.match(/ {2}stops up Refuse it\n {11}It cannot be: too small\n {2}fix {6}Grow\.\n/g)).toHaveLength(2)
  expect(stdout).toMatch(/\n2 things would stop an up; 13 checks passed/)
  expect(exit).toBe(70)
})

it('is told to programs and to JUnit, too', async () => {
  const failing: Step = {
    ...passing,
    perform: () => Promise.reject(new AndamioError({ code: 'c', message: 'No', next: 'Do <it>' })),
  }
  const { stdout } = await look(one(), [failing], ['--json', '--junit', path('report.xml')])
  const events = eventsOf(stdout)
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'check.end', id: 'c', passed: false, saw: 'No', next: 'Do <it>' }),
  )
  expect(events.at(-1)).toMatchObject({ type: 'run.end', exit: 70 })
  expect(await readFile(path('report.xml'), 'utf8')).toContain(
    '<failure message="saw: No" type="c">Do &#60;it&#62;</failure>',
  )
})

it('sees when certificates of the lab end', async () => {
  const { certificate } = await openAuthority(path('state/andamio/ill'), 'ill')
  expect((await look(one())).stdout).toMatch(
    /own certificates are in force: 1 certificate, the first ends in \d{3,} days/,
  )
  expect(daysOf('a.crt', Buffer.from(certificate), new Date('2100-01-01'))[0]).toBeLessThan(0)
  expect(daysOf('a.crt', Buffer.from('no certificate'))).toEqual([])
  expect(daysOf('a.gpg', Buffer.from('no keyring'))).toEqual([])
})

it('asks hosts over SSH, each of two names of one machine, and whether they come to each other', async () => {
  const two = `${one()}  w1: { groups: [workers], ${login(1)} }
groups:
  cluster: { children: [control-plane, workers] }
`
  const { exit, stdout } = await look(two)
  expect(stdout).toContain('copies of one machine, by /etc/machine-id: cp and w1 (')
  expect(stdout).toMatch(/API, NFS, registry: \d+ of \d+ ways are open; not looked at from w1, whose sshd/)
  expect(stdout).toMatch(/network of the pods: 4 of 4 ways are open/)
  expect(exit).toBe(70)
})

it('tells a host that does not let us in once, also where a step could do nothing without it', async () => {
  const needing: Step = {
    ...passing,
    perform: () => Promise.reject(new AndamioError({ code: 'unreachable', message: 'w1 cannot be reached' }, 69)),
  }
  const { exit, stdout } = await look(
    `${one()}  w1: { address: 127.0.0.1, port: 9, key: ${home}/user, agent: false }\n`,
    [needing],
  )
  expect(
    stdout.match(/stops up w1\n {11}w1 cannot be reached: nothing listens there \(ECONNREFUSED\)\n {2}fix/g),
  ).toHaveLength(1)
  expect(stdout).toContain('The hosts are machines of their own: 1 machine\n')
  expect(exit).toBe(70)
})

it('passes nothing on hosts where none could be asked', async () => {
  const { stdout } = await look(`  cp: { groups: [control-plane], address: 127.0.0.1, port: 9, key: ${home}/user }\n`)
  expect(stdout).not.toContain('The hosts are machines of their own')
  expect(stdout).toContain('\nNo host that runs lets us in: nothing was looked at on hosts and between them.\n')
})

describe('ways among hosts', () => {
  const lab = labOf(['cp', 'w1', 'nfs'], { cluster: ['cp', 'w1'], 'control-plane': ['cp'], storage: ['nfs'] })
  const found = new Map(
    ['cp', 'w1', 'nfs'].map((name, i) => [name, { is: 'running', address: `10.0.0.${i}` } as never]),
  )

  it('are those that the lab opens, of hosts that answer', () => {
    const ways = waysOf({ lab, found }, ['cp', 'w1', 'nfs'], 'udp').map(({ from, to, port }) => `${from} ${to} ${port}`)
    expect(ways).toEqual(expect.arrayContaining(['cp w1 8472', 'w1 cp 8472', 'w1 nfs 111']))
    expect(ways).not.toContain('nfs cp 8472')
    expect(waysOf({ lab, found }, ['cp'], 'udp')).toEqual([])
  })

  it('are tried by a script that check mode knows, and no other', () => {
    const knock = (script: string) => `bash -c ${quote(script)} knock ${quote('10.0.0.1')} ${quote('8472')}`
    expect(whyNotRead(knock(udpKnock))).toBeUndefined()
    expect(whyNotRead(knock(`${udpKnock}; rm -r /`))).toBeDefined()
    expect(whyNotRead(`bash -c ${quote(udpKnock)} knock $(id) 8472`)).toBeDefined()
  })

  it('tell an open port from one that nobody listens at, and both from silence', async () => {
    const knock = (port: number): number => {
      try {
        execFileSync('bash', ['-c', udpKnock, 'knock', '127.0.0.1', String(port)], { stdio: 'ignore' })
        return 0
      } catch (error) {
        return (error as { status: number }).status
      }
    }
    const silent = createSocket('udp4').bind(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address()
    expect(knock(port)).toBeGreaterThan(128)
    silent.close()
    await once(silent, 'close')
    expect(knock(port)).toBe(1)
  })
})

it('finds the port that somebody has taken before Kubernetes', async () => {
  const squatter = createServer().listen(10257, '127.0.0.1')
  await once(squatter, 'listening')
  const { stdout } = await look(`${one()}groups:\n  cluster: { children: [control-plane] }\n`)
  squatter.close()
  expect(stdout).toContain('stops up The ports of Kubernetes are free\n           taken: 10257 on cp\n')
  const table = '  0: 0100007F:2811 00000000:0000 0A 00000000:00000000\n  1: 0100007F:192B 0100007F:D3F6 01 0:0\n'
  expect([...listening(table)]).toEqual([10257])
})

it('finds who shows the same as another', () => {
  expect(
    twins([
      ['a', 'x'],
      ['b', 'y'],
      ['c', 'x'],
      ['d', ''],
      ['e', ''],
    ]),
  ).toEqual(['a and c (x)'])
})
