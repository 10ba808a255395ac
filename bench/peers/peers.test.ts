import { execFileSync } from 'node:child_process'
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import { parseInventory } from '../../engine/inventory/parse.ts'
import type { BenchHost } from './bench-host.ts'
import { undoScript } from './blank.ts'
import { type Cell, cells } from './cells.ts'
import { contenders } from './contenders.ts'
import { differences, fingerprintScript, wished } from './fingerprint.ts'
import { largeUpload } from './large-upload.ts'
import { renderAndamio } from './render/andamio.ts'
import { renderAnsible } from './render/ansible.ts'
import { renderLimit } from './render/limit.ts'
import { renderPyinfra } from './render/pyinfra.ts'
import { applyScript, lookScript } from './render/shell.ts'
import type { Stage } from './stage.ts'
import { childrensSeconds, timedRun } from './timed-run.ts'
import { countOf, spoiled, type Work, workOf } from './work.ts'

const folder = mkdtempSync(join(tmpdir(), 'andamio-peers-test-'))
afterAll(() => rmSync(folder, { recursive: true }))
const hosts: readonly BenchHost[] = ['h1', 'h2'].map((name, index) => ({
  name,
  address: `192.0.2.${index + 1}`,
  user: 'debian',
}))

describe('the work', () => {
  it('counts what it says, and the larger holds the smaller', () => {
    expect([countOf(workOf(20)), countOf(workOf(100))]).toEqual([20, 100])
    const paths = ({ files, directories }: Work) => [...files, ...directories].map(({ path }) => path)
    expect(paths(workOf(100))).toEqual(expect.arrayContaining(paths(workOf(20))))
  })

  it('is rendered whole for every contender', () => {
    for (const work of [workOf(20), workOf(100)]) {
      const { 'andamio/role.mjs': role = '', 'andamio/lab.yaml': lab = '' } = renderAndamio(work, hosts, '/key')
      expect(role.match(/^ {6}(aptPackages|directory|file|systemdUnit|sysctl|mount)\(/gm)).toHaveLength(countOf(work))
      expect(parseInventory('lab.yaml', lab, { roleVars: {} }).hosts.map(({ name }) => name)).toEqual(['h1', 'h2'])
      const wish = { key: '/key', folder: '/stage', mitogen: '/m', collections: '/c' }
      const ansible = renderAnsible(work, hosts, wish)
      const [play] = parse(ansible['ansible/work.yaml'] ?? '')
      expect(play.tasks).toHaveLength(countOf(work))
      for (const task of play.tasks) {
        const { src } = task['ansible.builtin.copy'] ?? {}
        if (src) expect(Object.keys(ansible)).toContain(`ansible/${src}`)
      }
      // A mount at boot is an operation of its own there.
      const deploy = renderPyinfra(work, hosts, wish)['pyinfra/deploy.py'] ?? ''
      expect(deploy.match(/^(apt|files|server|systemd)\./gm)).toHaveLength(countOf(work) + work.mounts.length)
    }
  })

  it('is shell that parses', () => {
    const work = workOf(100)
    const limit = renderLimit(work, hosts, { key: '/key', folder: '/stage' })
    for (const script of [lookScript(work), applyScript(work), undoScript(work, wished(work)), fingerprintScript(work)])
      execFileSync('sh', ['-n'], { input: script })
    for (const file of ['limit/look.sh', 'limit/apply.sh']) execFileSync('sh', ['-n'], { input: limit[file] ?? '' })
  })
})

describe('the fingerprint', () => {
  const group = execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim()
  const here: Work = {
    ...{ packages: [], units: [], sysctls: [], mounts: [] },
    directories: [{ path: join(folder, 'a b'), mode: '0750', owner: group }],
    files: ['one', "it's"].map(name => ({
      path: join(folder, 'a b', name),
      mode: '0640',
      owner: group,
      content: `${name}\n`,
    })),
  }
  const look = () => execFileSync('sh', ['-s'], { input: fingerprintScript(here), encoding: 'utf8' })

  it('is as wished where the work is done, and names what is not', () => {
    mkdirSync(dirname(here.files[0]?.path ?? ''), { recursive: true })
    chmodSync(join(folder, 'a b'), 0o750)
    for (const { path, content } of here.files) {
      writeFileSync(path, content)
      chmodSync(path, 0o640)
    }
    expect(differences(here, look())).toEqual([])
    appendFileSync(spoiled(here).path, 'spoiled\n')
    expect(differences(here, look())).toEqual([expect.stringContaining(`should be "file ${spoiled(here).path} `)])
    rmSync(spoiled(here).path)
    expect(differences(here, look())).toHaveLength(1)
    chmodSync(join(folder, 'a b'), 0o755)
    expect(differences(here, look())).toHaveLength(2)
    expect(differences(here, '')).toHaveLength(3)
  })
})

describe('a run', () => {
  const stage = { hosts } as unknown as Stage
  const ran = (output: string, exit = 0) => ({ output, exit, seconds: 1, cpuSeconds: 1 })
  const recap = (...counts: readonly string[]) =>
    counts.map((count, index) => `h${index + 1}   : ok=20   changed=${count}\n`).join('')
  const good = 'unreachable=0    failed=0    unknown=0'

  it('of Ansible or ours counts only where each host was reached and told as many changes', () => {
    const { refuse } = contenders.ansible
    const told =
      (...counts: readonly string[]) =>
      () =>
        refuse(ran(recap(...counts)), stage, 0)
    expect(told(`0 ${good}`, `0 ${good}`)).not.toThrow()
    expect(told(`0 ${good}`)).toThrow('not as it should be on h2')
    expect(told(`0 ${good}`, `1 ${good}`)).toThrow('h2')
    expect(told('0 unreachable=1 failed=0', `0 ${good}`)).toThrow('h1')
    expect(() => refuse(ran(recap(`3 ${good}`, `4 ${good}`)), stage, 'any')).not.toThrow()
    expect(() => refuse(ran(recap(`0 ${good}`, `0 ${good}`), 2), stage, 0)).toThrow('exit 2')
  })

  it('of pyinfra counts only where its sum says so', () => {
    const { refuse } = contenders.pyinfra
    const table = (reached: number, sum: string) =>
      ran(`${'    [192.0.2.1] Connected\n'.repeat(reached)}--> Results:\n    Grand total      44      ${sum}\n`)
    expect(() => refuse(table(2, '-    -    44'), stage, 0)).not.toThrow()
    expect(() => refuse(table(1, '-    -    22'), stage, 0)).toThrow('1 hosts reached')
    expect(() => refuse(table(2, '2    -    42'), stage, 1)).not.toThrow()
    expect(() => refuse(table(2, '2    -    42'), stage, 0)).toThrow('2 changed')
    expect(() => refuse(table(2, '43   1     -'), stage, 'any')).toThrow('1 failed')
    expect(() => refuse(ran(''), stage, 0)).toThrow('0 hosts reached')
    expect(() => refuse(ran('    [192.0.2.1] Connected\n'.repeat(2)), stage, 0)).toThrow('undefined changed')
  })

  it('of the limit counts only where all hosts are as wished', () => {
    const { refuse } = contenders.limit
    expect(() => refuse(ran('all as wished\nall as wished\n'), stage)).not.toThrow()
    expect(() => refuse(ran('differs: paths\nall as wished\n'), stage)).toThrow('on 1 hosts')
  })

  it('is timed with what it used of processors', async () => {
    const busy = { program: 'sh', args: ['-c', 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo done; exit 3'] }
    const run = await timedRun({ ...busy, cwd: folder, env: process.env }, folder)
    expect([run.exit, run.output]).toEqual([3, 'done\n'])
    expect(run.cpuSeconds).toBeGreaterThan(0.02)
    expect(childrensSeconds('0m0.001s 0m0.002s\n1m2.500s 0m0.250s\n')).toBe(62.75)
  })

  it('ends with all that it started when it is interrupted', async () => {
    const slow = { program: 'sh', args: ['-c', 'echo $$; sleep 600; echo survived'], cwd: folder, env: process.env }
    const interrupt = new AbortController()
    const run = timedRun(slow, folder, interrupt.signal)
    const said = () => readFileSync(join(folder, 'output'), 'utf8')
    await vi.waitFor(() => expect(said()).toMatch(/^\d+\n$/))
    const reason = new Error('interrupted')
    interrupt.abort(reason)
    await expect(run).rejects.toBe(reason)
    expect(() => process.kill(Number.parseInt(said(), 10), 0)).toThrow('ESRCH')
    expect(said()).not.toContain('survived')
    await expect(timedRun(slow, folder, interrupt.signal)).rejects.toBe(reason)
  })
})

it('has cells whose goals speak of contenders that take part', () => {
  const ofPeers = Object.values(cells).flatMap(cell => ('measure' in cell ? [] : [cell as Cell]))
  expect(ofPeers.length).toBe(7)
  for (const cell of ofPeers)
    for (const { of, to } of cell.goals) expect(cell.contenders).toEqual(expect.arrayContaining([of, to]))
})

it('uploads one file in turn with sftp, and compares what arrived', async () => {
  const samples = await largeUpload(1, 1)
  expect(Object.keys(samples)).toEqual(['andamio-upload', 'sftp', 'sftp-aes', 'sftp-synced'])
  for (const [first] of Object.values(samples)) {
    expect(first?.seconds).toBeGreaterThan(0)
    expect(first?.cpuSeconds).toBeGreaterThan(0)
    // A login alone is more than the hundredths that it is told in.
    expect(first?.hostCpuSeconds).toBeGreaterThan(0)
  }
})
