import { Readable } from 'node:stream'
import { describe, expect, test, vi } from 'vitest'
import { connectLocal } from './local.ts'

const local = connectLocal('here')

describe('this machine', () => {
  test('gives status, output and complaints', async () => {
    const result = await local.exec('echo out; echo err >&2; exit 3', { timeoutSeconds: 5 })
    expect(result).toEqual({ code: 3, stdout: Buffer.from('out\n'), stderr: 'err\n' })
  })

  test('names the signal that ended a command', async () => {
    expect(await local.exec('kill -KILL $$', { timeoutSeconds: 5 })).toMatchObject({ code: null, signal: 'KILL' })
  })

  test.each([
    ['a string', 'a\nb\n'],
    ['bytes', new Uint8Array([0, 255, 10])],
    ['a stream', Readable.from([Buffer.from('x')])],
    ['nothing', undefined],
  ])('reads %s from stdin to its end', async (_, stdin) => {
    const expected = stdin instanceof Readable ? Buffer.from('x') : Buffer.from(stdin ?? '')
    const result = await local.exec('cat', { timeoutSeconds: 5, ...(stdin === undefined ? {} : { stdin }) })
    expect(result.stdout).toEqual(expected)
  })

  test('a command that reads none of its input still answers', async () => {
    const result = await local.exec('exit 4', { stdin: Buffer.alloc(8 << 20), timeoutSeconds: 5 })
    expect(result.code).toBe(4)
  })

  test('keeps the end of output beyond its bound', async () => {
    const result = await local.exec('seq 200000; echo end', { timeoutSeconds: 20, maxOutputBytes: 1000 })
    expect(result.stdout.length).toBe(1000)
    expect(result.stdout.toString()).toMatch(/199999\n200000\nend\n$/)
  })

  test('tells lines of stderr as they come, cut nowhere', async () => {
    const lines: string[] = []
    const onStderrLine = (line: string): unknown => lines.push(line)
    await local.exec(`printf 'a\\nh\\303' >&2; sleep 0.02; printf '\\251!\\nrest' >&2`, {
      timeoutSeconds: 5,
      onStderrLine,
    })
    expect(lines).toEqual(['a', 'hé!', 'rest'])
  })

  test('ends the whole process group when time is up', async () => {
    const nap = `sleep 600.${process.pid}`
    const run = local.exec(`${nap} & trap '' TERM; ${nap}; ${nap}`, { timeoutSeconds: 0.2 })
    await expect(run).rejects.toMatchObject({ failure: { code: 'command-timeout' } })
    const gone = async (): Promise<boolean> =>
      (await local.exec(`pgrep -f '^${nap}'`, { timeoutSeconds: 5 })).stdout.length === 0
    await vi.waitUntil(gone, { timeout: 30_000, interval: 20 })
  })

  test('ends at once when the run is interrupted', async () => {
    const controller = new AbortController()
    const run = local.exec('sleep 30', { timeoutSeconds: 60, signal: controller.signal })
    controller.abort(new Error('interrupted'))
    await expect(run).rejects.toThrow('interrupted')
  })

  test('runs behind a wrapper, and a wrapper that is not there means unreachable', async () => {
    const wrapped = connectLocal('wrapped', { wrapper: ['env', 'MARK=seen'] })
    expect((await wrapped.exec('echo $MARK', { timeoutSeconds: 5 })).stdout.toString()).toBe('seen\n')
    const broken = connectLocal('broken', { wrapper: ['/nowhere/program'] })
    await expect(broken.exec('true', { timeoutSeconds: 5 })).rejects.toMatchObject({ failure: { code: 'unreachable' } })
  })

  test('counts only what was answered', async () => {
    const counted = connectLocal('counted')
    await counted.exec('false', { timeoutSeconds: 5 })
    await counted.exec('sleep 9', { timeoutSeconds: 0.05 }).catch(() => undefined)
    expect(counted.roundTrips).toBe(1)
  })
})
