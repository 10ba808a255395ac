import { uptime } from 'node:os'
import { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Connection, ExecOptions } from '../connection/connection.ts'
import type { UploadFile } from '../connection/upload-file.ts'
import type { HostWriter } from '../resource/host.ts'
import { LeaseRefused, type Permission, type Permit } from '../resource/permission.ts'
import { HostWriterOverSsh } from '../resource/writer.ts'
import { sh } from '../shell/sh.ts'
import { usePrivateRoot } from './private-root-fixture.ts'

const root = usePrivateRoot()
beforeEach(() => root().sh('rm -rf /var/lib/andamio /srv/*'))
afterEach(() => {
  vi.useRealTimers()
})

const fence = () => root().sh('cat /var/lib/andamio/fence')
const made = () => root().sh('ls -A /srv')

const file = (name: string, content = name): UploadFile => ({
  path: `/srv/${name}`,
  content,
  mode: '0644',
  owner: 'root:root',
})

/** Everything that a writer can do to a host, each leaving something in /srv. */
const ways: readonly [string, (on: HostWriter, name: string) => Promise<unknown>][] = [
  ['a script', (on, name) => on.run(sh`touch ${`/srv/${name}`}`, { what: 'touch' })],
  ['a script with data', (on, name) => on.run(sh`cat > ${`/srv/${name}`}`, { what: 'cat', stdin: name })],
  ['an upload', (on, name) => on.upload(file(name))],
  ['a script after a file', (on, name) => on.run(sh`test -s ${`/srv/${name}`}`, { what: 'test', file: file(name) })],
]

function permission(permits: readonly Permit[], over: Partial<Permission> = {}): Permission & { verified: number } {
  const left = [...permits]
  return {
    verified: 0,
    permit: async () => (left.length > 1 ? left.shift() : left[0]),
    async verify() {
      this.verified++
    },
    ...over,
  }
}

const writer = (
  allowed: Permission,
  connection: Connection = root().connection,
  ahead = 0,
  signal = new AbortController().signal,
  emit: () => void = () => undefined,
): HostWriter =>
  new HostWriterOverSsh({
    connection,
    signal,
    permission: allowed,
    facts: { ...root().writer.facts, uptimeAheadSeconds: ahead },
    emit,
    writerOf: () => Promise.reject(new Error('no other target here')),
  })

/** A way to a host of which only commands are asked. */
const unasked = {
  host: 'one',
  roundTrips: 0,
  close: async () => undefined,
  forward: () => Promise.reject(new Error('nobody asks for a stream here')),
}

const fresh = (token: number): Permit => ({ token, until: uptime() + 28 })

describe.each(ways)('%s', (_, act) => {
  it('is done under a lease, and the host remembers which', async () => {
    const on = writer(permission([fresh(7)]))
    await act(on, 'one')
    await act(on, 'two')
    expect([await made(), await fence()]).toEqual(['one\ntwo', '7'])
  })

  it('is refused by a host that has followed a newer lease, also in place of another script', async () => {
    await act(writer(permission([fresh(8)])), 'newer')
    const old = permission([fresh(7)])
    await expect(act(writer(old), 'older')).rejects.toMatchObject({ exit: 75, failure: { code: 'host-fenced' } })
    expect([await made(), await fence(), old.verified]).toEqual(['newer', '8', 1])
  })

  it('ends the run by what its lease says, when that knows more', async () => {
    const lost = new LeaseRefused({ code: 'lease-lost', message: 'lost' })
    await act(writer(permission([fresh(8)])), 'newer')
    const old = permission([fresh(7)], { verify: () => Promise.reject(lost) })
    await expect(act(writer(old), 'older')).rejects.toBe(lost)
  })

  it('is not begun when it arrives too late, and is sent anew with a fresh permit', async () => {
    const allowed = permission([{ token: 7, until: uptime() - 1 }, fresh(7)])
    await act(writer(allowed), 'one')
    expect([await made(), allowed.verified]).toEqual(['one', 1])
  })

  it('is given up when it is late every time', async () => {
    const never = permission([{ token: 7, until: uptime() - 1 }])
    await expect(act(writer(never), 'one')).rejects.toMatchObject({ failure: { code: 'host-fenced' } })
    expect(await made()).toBe('')
  })

  it('finds out by itself how far ahead the uptime of a host is', async () => {
    await act(writer(permission([fresh(7)]), root().connection, -1000), 'one')
    expect(await made()).toBe('one')
  })

  it('is not begun by data that was held up on its way', async () => {
    let deadline = 0
    const slow: Connection = {
      ...unasked,
      exec: (command, options: ExecOptions) =>
        root().connection.exec(command, {
          ...options,
          stdin: Readable.from(heldUpUntil(() => uptime() > deadline + 0.1, options.stdin)),
        }),
    }
    const soon = (): Permit => {
      deadline = uptime() + 1
      return { token: 7, until: deadline }
    }
    const lost = new LeaseRefused({ code: 'lease-lost', message: 'lost' })
    const held = permission([], { permit: async () => soon(), verify: () => Promise.reject(lost) })
    await expect(act(writer(held, slow), 'one')).rejects.toBe(lost)
    expect(await made()).toBe('')
  })
})

describe('a script after a file', () => {
  const on = () => writer(permission([fresh(7)]))
  const surroundings = 'pwd; umask; trap; cat; ls -A /srv'

  it.each([
    ['small', 1, 'x'],
    ['large', 2, 'x'.repeat(1024 * 1024 + 1)],
  ])('finds it, and all else as if it were alone: a %s one in %i', async (_, trips, content) => {
    const before = root().connection.roundTrips
    const said = await on().run(surroundings, { what: 'look', file: file('x', content) })
    expect(root().connection.roundTrips - before).toBe(trips)
    expect(said).toBe(await on().run(surroundings, { what: 'look' }))
    expect(said).toMatch(/\nx$/)
  })

  it('is not begun where the file could not be put in place, and that is what is told', async () => {
    await root().sh('mkdir /srv/x')
    const acted = on().run('touch /srv/begun', { what: 'touch', file: file('x') })
    await expect(acted).rejects.toMatchObject({ failure: { code: 'upload-failed', place: 'private:/srv/x' } })
    expect(await made()).toBe('x')
  })

  it('that fails is told as a script, and leaves the file there', async () => {
    const acted = on().run('echo a reason >&2; exit 3', { what: 'try', file: file('x') })
    const failure = { code: 'command-failed', cause: 'it ended with status 3', stderr: ['a reason'] }
    await expect(acted).rejects.toMatchObject({ failure })
    expect(await made()).toBe('x')
  })
})

it('holds the lock of the host while a file is put in place, too', async () => {
  const connection = root().connection
  await root().sh('mkfifo /run/held')
  const holding = connection.exec('sh -s', {
    stdin: 'exec 9>>/run/lock/andamio; flock 9; echo held >/run/held; while ! [ -e /run/let-go ]; do sleep 0.05; done',
    timeoutSeconds: 30,
  })
  await root().sh('read -r _ </run/held')
  const upload = writer(permission([fresh(7)])).upload(file('x'))
  await root().sh('until ls -A /srv | grep -q andamio; do sleep 0.02; done')
  expect(await root().sh('[ -e /srv/x ] || echo waiting')).toBe('waiting')
  await root().sh('touch /run/let-go')
  await Promise.all([holding, upload])
  expect(await made()).toBe('x')
})

it('ends as locked by someone else, naming who, when an earlier run does not come to an end', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  let tries = 0
  const held: Connection = {
    ...unasked,
    exec: async () => {
      tries++
      vi.advanceTimersByTime(400_000)
      const stderr = 'andamio: host locked by process 7 (kubeadm)'
      return { code: 75, stdout: Buffer.of(), stderr }
    },
  }
  await expect(writer(permission([fresh(7)]), held).run('true', { what: 'nothing' })).rejects.toMatchObject({
    exit: 75,
    failure: { code: 'host-locked', cause: 'it is held by process 7 (kubeadm)' },
  })
  expect(tries).toBe(3)
})

it('waits for an earlier run no longer than until the interrupt', async () => {
  const interrupt = new AbortController()
  let tries = 0
  const held: Connection = {
    ...unasked,
    exec: async (_, { signal }) => {
      if (++tries === 1) return { code: 75, stdout: Buffer.of(), stderr: 'andamio: host locked by process 7 (apt-get)' }
      if (tries > 2) throw new Error('tried again after the interrupt')
      return new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason))
        interrupt.abort()
      })
    },
  }
  const on = writer(permission([fresh(7)]), held, 0, interrupt.signal)
  await expect(on.run('true', { what: 'nothing' })).rejects.toMatchObject({ name: 'AbortError' })
})

it('waits for an earlier run by an order that does nothing, and acts when that run has ended', async () => {
  const connection = root().connection
  const stdin = 'exec 9>>/run/lock/andamio; flock 9; touch /run/has; until [ -e /run/ended ]; do sleep 0.05; done'
  const earlier = connection.exec('sh -s', { stdin, timeoutSeconds: 30 })
  await root().sh('until [ -e /run/has ]; do sleep 0.02; done')
  const orders: string[] = []
  const exec: Connection['exec'] = (command, options) => {
    orders.push(String(options.stdin).includes('touch /srv/x') ? 'act' : 'wait')
    return connection.exec(command, options)
  }
  const end = () => void root().sh('touch /run/ended')
  await writer(permission([fresh(7)]), { ...unasked, exec }, 0, undefined, end).run('touch /srv/x', { what: 'touch' })
  await earlier
  expect([orders, await made()]).toEqual([['act', 'wait', 'act'], 'x'])
})

async function* heldUpUntil(over: () => boolean, stdin: ExecOptions['stdin']): AsyncGenerator<Uint8Array> {
  while (!over()) await setTimeout(20)
  if (stdin instanceof Readable) yield* stdin
  else yield Buffer.from(stdin ?? '')
}
