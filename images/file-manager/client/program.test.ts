import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { partialPrefix } from '../protocol/names.ts'
import { clientSources, homeOf, performed, startClient } from '../testing/client.ts'
import { makeCredentials } from '../testing/credentials.ts'
import { labs } from '../testing/lab.ts'
import { oneFile } from '../testing/one-file.ts'
import { everythingIn } from '../testing/serving.ts'

const { lab, folder, made } = labs()
const program = await oneFile('client', folder())

async function start() {
  const there = await lab()
  const here = folder()
  const env = homeOf(folder(), made, '127.0.0.1')
  const node = `127.0.0.1:${there.broker.port}`
  const run = (args: readonly string[], input = '') => performed([node, ...args], here, env, input)
  const begin = (args: readonly string[], input = '') => startClient([program, node, ...args], here, env, input)
  return { ...there, here, env, node, run, begin }
}

const shown = (where: string): string[] => everythingIn(where).filter(name => !name.startsWith(partialPrefix))

describe('the program', () => {
  test('performs one command and ends with its status', async () => {
    const { data, here, env, node, run } = await start()
    const fromSources = (args: readonly string[]) => startClient([clientSources, node, ...args], here, env).ended
    writeFileSync(join(here, 'a.txt'), 'content')
    expect(await fromSources(['upload', 'a.txt'])).toEqual({ exit: 0, out: 'Uploaded a.txt (7 B).\n', err: '' })
    expect(await run(['lls'])).toEqual({ exit: 0, out: 'a.txt\n', err: '' })
    writeFileSync(join(data, 'b.txt'), 'b')
    expect(await run(['download', '*.txt'])).toMatchObject({ exit: 0, err: '' })
    expect(everythingIn(here)).toEqual(['a.txt', 'b.txt'])
    expect(await run(['ls'])).toEqual({ exit: 0, out: 'a.txt\nb.txt\n', err: '' })
    const err = 'error: no.txt: there is no such file. lls lists what there is.\n'
    expect(await run(['download', 'no.txt'])).toEqual({ exit: 70, out: '', err })
  })

  test('asks nobody where there is no terminal', async () => {
    const { data, here, run } = await start()
    writeFileSync(join(here, 'a.txt'), 'mine')
    writeFileSync(join(data, 'a.txt'), 'theirs')
    expect(await run(['download', 'a.txt'])).toMatchObject({ exit: 70, err: expect.stringContaining('--force') })
    expect(readFileSync(join(here, 'a.txt'), 'utf8')).toBe('mine')
    expect(await run(['download', 'a.txt', '--force'])).toMatchObject({ exit: 0 })
    expect(readFileSync(join(here, 'a.txt'), 'utf8')).toBe('theirs')
  })

  test('reads commands from a pipe, performs them all, and ends with the first failure', async () => {
    const { data, here, run, begin } = await start()
    writeFileSync(join(here, 'a b.txt'), 'x')
    const script = '# a remark\n\nupload nothing.txt\nnonsense\nupload "a b.txt"\nlls\nexit\nupload never.txt\n'
    const { exit, out, err } = await begin([], script).ended
    expect(exit).toBe(70)
    expect(out).toBe('Uploaded a b.txt (1 B).\na b.txt\n')
    expect(err.split('\n')).toEqual([
      'Connected to 127.0.0.1, served by one.',
      'error: line 3: nothing.txt: there is no such file here. ls lists what there is.',
      'error: line 4: there is no command nonsense. There are ls, lls, upload, download, help, exit.',
      '',
    ])
    expect(everythingIn(data)).toEqual(['a b.txt'])
    expect((await run([], 'lls')).out).toBe('a b.txt\n')
  })

  test('tells programs what happens, one event a line', async () => {
    const { here, run } = await start()
    writeFileSync(join(here, 'a'), 'content')
    const { out, err, exit } = await run(['--json', 'upload', 'a', 'none'])
    const events = out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(events.every(({ at }) => !Number.isNaN(Date.parse(at)))).toBe(true)
    // On a busy machine it may take a second, and then tells how far it is.
    expect(events.filter(({ type }) => type !== 'transfers.progress')).toMatchObject([
      { type: 'connected', node: '127.0.0.1', server: 'one', plainText: false },
      { type: 'transfers.begin', direction: 'upload', files: 2 },
      {
        type: 'transfer.end',
        name: 'none',
        outcome: 'failed',
        problem: { exit: 70, next: 'ls lists what there is.' },
      },
      { type: 'transfer.end', name: 'a', outcome: 'done', size: 7, resumed: 0, sha256: expect.any(String) },
      { type: 'transfers.end', files: 2, done: 1, failed: 1, moved: 7 },
      { type: 'run.end', exit: 70 },
    ])
    expect(exit).toBe(70)
    expect(err).toBe('error: none: there is no such file here. ls lists what there is.\n')
  })

  test.each(['SIGINT', 'SIGTERM'] as const)('ends in order at %s, and goes on the next time', async signal => {
    const { data, gate, here, run, begin } = await start()
    writeFileSync(join(here, 'big'), randomBytes(30_000_000))
    const { child, ended } = begin(['upload', 'big'])
    gate.after(5_000_000, () => {
      gate.hold()
      child.stderr.once('data', () => gate.letGo())
      child.kill(signal)
    })
    expect(await ended).toMatchObject({ exit: 130, err: expect.stringContaining('goes on where it stopped') })
    expect(shown(data)).toEqual([])
    expect((await run(['upload', 'big'])).out).toContain('of it earlier')
  })

  test('leaves nothing to be seen when it is killed, and takes up what it had', async () => {
    const { data, gate, here, run, begin } = await start()
    const content = randomBytes(30_000_000)
    writeFileSync(join(data, 'big'), content)
    const { child, ended } = begin(['download', 'big'])
    gate.after(5_000_000, () => {
      gate.hold()
      child.kill('SIGKILL')
    })
    expect((await ended).exit).toBe('SIGKILL')
    gate.letGo()
    expect(shown(here)).toEqual([])
    expect((await run(['download', 'big'])).out).toContain('of it earlier')
    expect(readFileSync(join(here, 'big')).equals(content)).toBe(true)
    expect(everythingIn(here)).toEqual(['big'])
  })
})

describe('it ends with', () => {
  test('64 for what it does not understand, before it connects to anybody', async () => {
    const env = homeOf(folder(), made, '10.0.0.1')
    const byProcess = (args: readonly string[]) => startClient([program, ...args], folder(), env).ended
    const within = (args: readonly string[]) => performed(args, folder(), env)
    for (const [run, args, said] of [
      [byProcess, [], "missing required argument 'NODE_IP'"],
      [byProcess, ['10.0.0.1', '--forse'], "unknown option '--forse'"],
      [within, ['10.0.0.1:99999'], '10.0.0.1:99999 is no address'],
      [within, ['10.0.0.1', 'put'], 'there is no command put'],
    ] as const) {
      const { exit, err } = await run(args)
      expect([exit, err]).toEqual([64, expect.stringContaining(said)])
    }
  })

  test('65 for a certificate or a token that is refused', async () => {
    const { node, here } = await start()
    const other = makeCredentials(folder())
    const strangers = [
      { ...made, clientToken: other.clientToken },
      { ...made, authority: other.authority },
    ]
    for (const one of strangers) {
      const { exit, err } = await performed([node, 'lls'], here, homeOf(folder(), one, '127.0.0.1'))
      expect([exit, err]).toEqual([65, expect.stringContaining('un up again on this machine')])
      expect(err.trim().split('\n')).toHaveLength(1)
    }
  })

  test('69 where nobody answers', async () => {
    const { exit, err } = await startClient(
      [program, '127.0.0.1:1', 'lls'],
      folder(),
      homeOf(folder(), made, '127.0.0.1'),
    ).ended
    expect([exit, err]).toEqual([69, expect.stringContaining('127.0.0.1 port 1 cannot be reached')])
  })
})

test('--help teaches, and is quick for it loads no TypeScript', () => {
  const began = performance.now()
  const help = execFileSync(process.execPath, [clientSources, '--help'], { encoding: 'utf8' })
  const took = performance.now() - began
  for (const word of ['lls', 'upload', 'download', '--json', 'Examples:', 'Exit codes:']) expect(help).toContain(word)
  const bare = performance.now()
  execFileSync(process.execPath, ['-e', '0'])
  expect(took).toBeLessThan(10 * (performance.now() - bare))
})
