import { Duplex, Readable } from 'node:stream'
import { describe, expect, test, vi } from 'vitest'
import type { Connection } from './connection.ts'
import { unreachable } from './failures.ts'
import { reconnecting } from './reconnect.ts'
import { type Entry, Ledger } from './testing/ledger.ts'

const lost = unreachable('cp', 'the connection broke')
const read = { command: 'sh -s', stdin: 'cat /etc/hostname' }
const write = { command: 'sh -s', stdin: 'touch /x' }
const ask = { stdin: read.stdin, timeoutSeconds: 5 }

/** One ledger for every connection in turn; closing them all shows that each got what it expected. */
async function over(...hosts: readonly (readonly Entry[])[]) {
  const ledgers = hosts.map(entries => new Ledger('cp', entries))
  const connect = vi.fn(async () => ledgers[connect.mock.calls.length - 1] ?? Promise.reject(lost))
  return {
    connection: await reconnecting(connect),
    connect,
    settled: () => Promise.all(ledgers.map(ledger => ledger.close())),
  }
}

describe('after a break', () => {
  test('a read is asked again on a new connection, and both count', async () => {
    const { connection, settled } = await over(
      [
        { ...read, answer: { stdout: 'first' } },
        { ...read, answer: lost },
      ],
      [{ ...read, answer: { stdout: 'again' } }],
    )
    await connection.exec('sh -s', ask)
    expect((await connection.exec('sh -s', ask)).stdout.toString()).toBe('again')
    expect(connection.roundTrips).toBe(2)
    await settled()
  })

  test('a write is not repeated; what comes next finds a new connection', async () => {
    const { connection, settled } = await over([{ ...write, answer: lost }], [{ ...read, answer: { stdout: 'here' } }])
    await expect(connection.exec('sh -s', { ...ask, stdin: write.stdin })).rejects.toBe(lost)
    expect((await connection.exec('sh -s', ask)).stdout.toString()).toBe('here')
    await settled()
  })

  test('a read whose input was a stream is not repeated', async () => {
    const { connection, connect, settled } = await over([{ command: 'cat', stdin: 'x', answer: lost }])
    await expect(connection.exec('cat', { stdin: Readable.from(['x']), timeoutSeconds: 5 })).rejects.toBe(lost)
    expect(connect).toHaveBeenCalledTimes(1)
    await settled()
  })

  test('a read that is lost twice is given up', async () => {
    const { connection, connect, settled } = await over([{ ...read, answer: lost }], [{ ...read, answer: lost }], [])
    await expect(connection.exec('sh -s', ask)).rejects.toBe(lost)
    expect(connect).toHaveBeenCalledTimes(2)
    await settled()
  })

  test('many reads that one break cut off share one new connection', async () => {
    const four = Array<Entry>(4).fill({ ...read, answer: lost })
    const { connection, connect, settled } = await over(
      four,
      Array<Entry>(4).fill({ ...read, answer: { stdout: 'here' } }),
    )
    const answers = await Promise.all(four.map(() => connection.exec('sh -s', ask)))
    expect(answers.map(({ stdout }) => String(stdout))).toEqual(['here', 'here', 'here', 'here'])
    expect(connect).toHaveBeenCalledTimes(2)
    await settled()
  })

  test('a stream is opened on a new connection, when the old one turns out to be broken', async () => {
    const stream = new Duplex()
    const [first, second] = [new Ledger('cp', []), new Ledger('cp', [])]
    const connections: Connection[] = [
      Object.assign(first, { forward: () => Promise.reject(lost) }),
      Object.assign(second, { forward: async () => stream }),
    ]
    const connection = await reconnecting(async () => connections.shift() as Connection)
    expect(await connection.forward('127.0.0.1', 6443)).toBe(stream)
    expect(await connection.forward('127.0.0.1', 6443)).toBe(stream)
    expect(connections).toEqual([])
  })

  test('a stream that the host refuses is no break', async () => {
    const refused = new Error('(SSH) Channel open failure: administratively prohibited')
    const only = Object.assign(new Ledger('cp', []), { forward: () => Promise.reject(refused) })
    const connect = vi.fn(async () => only)
    await expect((await reconnecting(connect)).forward('127.0.0.1', 1)).rejects.toBe(refused)
    expect(connect).toHaveBeenCalledTimes(1)
  })

  test('an answer that is an error of its own is no break', async () => {
    const own = new Error('command-timeout')
    const { connection, connect, settled } = await over([{ ...read, answer: own }])
    await expect(connection.exec('sh -s', ask)).rejects.toBe(own)
    expect(connect).toHaveBeenCalledTimes(1)
    await settled()
  })
})

describe('the ledger', () => {
  test.each([
    ['another command', () => new Ledger('h', [{ command: 'a', answer: {} }]), 'b', ''],
    ['another input', () => new Ledger('h', [{ command: 'a', stdin: /^y/, answer: {} }]), 'a', 'x'],
    ['input where none is expected', () => new Ledger('h', [{ command: 'a', answer: {} }]), 'a', 'x'],
    ['one too many', () => new Ledger('h', []), 'a', ''],
  ])('fails on %s, also when that is swallowed', async (_, make, command, stdin) => {
    const ledger = make()
    await expect(ledger.exec(command, { stdin, timeoutSeconds: 1 })).rejects.toThrow('h expected')
    await expect(ledger.close()).rejects.toThrow('h expected')
  })

  test('fails on a command that never came', async () => {
    await expect(new Ledger('h', [{ command: 'a', answer: {} }]).close()).rejects.toThrow('h never got a')
  })
})

test('a read that the close has cut off is not asked again: nobody would close the connection', async () => {
  let cutOff: (error: Error) => void = () => undefined
  const first: Connection = {
    host: 'cp',
    roundTrips: 0,
    exec: () =>
      new Promise((_, reject) => {
        cutOff = reject
      }),
    forward: () => Promise.reject(lost),
    close: async () => cutOff(lost),
  }
  const connect = vi.fn(async () => first)
  const connection = await reconnecting(connect)
  const asked = connection.exec('sh -s', ask)
  await Promise.all([connection.close(), expect(asked).rejects.toBe(lost)])
  expect(connect).toHaveBeenCalledTimes(1)
})
