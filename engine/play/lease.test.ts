import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Connection } from '../connection/connection.ts'
import { commandTimeout, unreachable } from '../connection/failures.ts'
import { usePrivateRoot } from '../resources/private-root-fixture.ts'
import { Lease } from './lease.ts'
import { busyStatus, type Holder } from './lease-script.ts'

const root = usePrivateRoot()
beforeEach(() => root().sh('rm -rf /var/lib/andamio /run/lock/andamio-lease*'))

const holder = (id: string, seat = ''): Holder => ({
  id,
  seat,
  who: `it's ${id}@box, process 7`,
  what: 'up of lab "x"',
})
let time = 1000
const withouts: string[] = []

interface Over {
  readonly seat?: string
  readonly signal?: AbortSignal
  readonly connect?: () => Promise<Connection | undefined>
}
function lease(id: string, { seat, signal = new AbortController().signal, connect }: Over = {}): Lease {
  return new Lease({
    ...{ host: 'cp', me: holder(id, seat), clock: () => time, signal },
    connect: connect ?? (async () => root().connection),
    without: cause => withouts.push(cause),
  })
}

/** As if the last sign of life were that old. */
const age = (seconds: number) =>
  root().sh(`read -r now _ </proc/uptime; echo $((\${now%.*} - ${seconds})) >/run/lock/andamio-lease.renewed`)

const refuse = () => Promise.reject(new Error('nobody asks for that here'))
const clockOf = async () => Number(await root().sh('date +%s'))

describe('a lease', () => {
  it('has one holder, whom the other is told, and goes on to the next when it is given back', async () => {
    const [one, two] = [lease('one'), lease('two')]
    const first = await one.permit()
    await expect(two.permit()).rejects.toMatchObject({
      exit: 75,
      failure: {
        code: 'lease-held',
        place: 'cp',
        message: expect.stringMatching(/: up of lab "x" by it's one@box, process 7, since 20\d\d-\d\d-\d\dT[\d:]+Z$/),
      },
    })
    await one.release()
    // Refused once, refused for good: what it knows of its hosts is old.
    await expect(two.permit()).rejects.toMatchObject({ failure: { code: 'lease-held' } })
    const third = await lease('three').permit()
    expect(third?.token).toBeGreaterThan(first?.token ?? Number.POSITIVE_INFINITY)
  })

  it('has one winner when many ask at once', async () => {
    for (let round = 0; round < 10; round++) {
      const all = Array.from({ length: 5 }, (_, index) => lease(`${round}-${index}`))
      const tries = await Promise.allSettled(all.map(one => one.permit()))
      const won = tries.flatMap((attempt, index) => (attempt.status === 'fulfilled' ? [index] : []))
      expect(won).toHaveLength(1)
      await all[won[0] ?? 0]?.release()
    }
  })

  it('is asked for once by all that want to act at once, and is not asked about again while it is fresh', async () => {
    const one = lease('one')
    const before = root().connection.roundTrips
    await Promise.all(Array.from({ length: 5 }, () => one.permit()))
    time += 23
    await one.permit()
    expect(root().connection.roundTrips - before).toBe(1)
  })

  it('is dead after 30 s without a sign of life, and not before', async () => {
    await lease('one').permit()
    // The host's clock stands still meanwhile: on a busy machine a second is soon gone.
    await root().sh('cat /proc/uptime >/srv/uptime; mount --bind /srv/uptime /proc/uptime')
    await age(29)
    await expect(lease('two').permit()).rejects.toMatchObject({ failure: { code: 'lease-held' } })
    await age(30)
    expect(await lease('two').permit()).toBeDefined()
    await root().sh('umount /proc/uptime')
  })

  it('outlives a reboot of its host, and is as old then as the boot', async () => {
    await lease('one').permit()
    await root().sh('rm /run/lock/andamio-lease*')
    // This machine has been up for longer than the term.
    expect(await lease('two').permit()).toBeDefined()
  })

  it('is taken over at once from a run at the same seat, for only one can sit there', async () => {
    const dead = lease('one', { seat: 'here' })
    const first = await dead.permit()
    await expect(lease('two', { seat: 'elsewhere' }).permit()).rejects.toMatchObject({ exit: 75 })
    const second = await lease('three', { seat: 'here' }).permit()
    expect(second?.token).toBeGreaterThan(first?.token ?? Number.POSITIVE_INFINITY)
  })

  it('has tokens that never go back: not by a clock that is set back, nor by a host that is made anew', async () => {
    await lease('one').permit()
    await root().sh('printf "%s\\n" 99999999999 "" "" x x x >/var/lib/andamio/lease')
    expect((await lease('two').permit())?.token).toBe(100_000_000_000)
    await root().sh('rm -rf /var/lib/andamio')
    const clock = await clockOf()
    expect((await lease('three').permit())?.token).toBeGreaterThanOrEqual(clock)
  })

  it('is not lost by what a broken disk left of it', async () => {
    await root().sh('mkdir -p /var/lib/andamio; echo rubbish >/var/lib/andamio/lease')
    expect(await lease('one').permit()).toBeDefined()
  })
})

describe('a holder that was asleep', () => {
  it('asks again before it acts, and goes on when nobody has had the lease since', async () => {
    const one = lease('one')
    const first = await one.permit()
    await age(300)
    time += 300
    expect(await one.permit()).toEqual({ token: first?.token, until: time + 28 })
    await expect(lease('two').permit()).rejects.toMatchObject({ failure: { code: 'lease-held' } })
  })

  it('acts no more when somebody has, even if that one has ended', async () => {
    const one = lease('one')
    await one.permit()
    await age(45)
    const two = lease('two')
    await two.permit()
    await two.release()
    time += 45
    await expect(one.permit()).rejects.toMatchObject({
      exit: 75,
      failure: { code: 'lease-lost', cause: expect.stringContaining("it's two@box") },
    })
    await expect(one.verify()).rejects.toMatchObject({ failure: { code: 'lease-lost' } })
    await one.release()
    expect(await lease('three').permit()).toBeDefined()
  })
})

it('is asked for anew by who wants to act when its renewal got no answer', async () => {
  const late = commandTimeout({ host: 'cp', command: 'sh -s', stderr: '' }, 20)
  let lose: (() => void) | undefined
  let losing = false
  const exec: Connection['exec'] = (...order) => {
    if (!losing) return root().connection.exec(...order)
    return new Promise((_, reject) => {
      lose = () => reject(late)
    })
  }
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const one = lease('one', {
    connect: async () => ({ host: 'cp', roundTrips: 0, exec, forward: refuse, close: refuse }),
  })
  await one.permit()
  losing = true
  vi.advanceTimersByTime(10_000)
  vi.useRealTimers()
  await vi.waitUntil(() => lose !== undefined, { timeout: 30_000 })
  time += 45
  const permit = one.permit()
  losing = false
  lose?.()
  expect(await permit).toMatchObject({ until: time + 28 })
})

describe('a host that cannot hold it', () => {
  it('may not exist yet: then there is no permit, and none is missed', async () => {
    let exists = false
    const one = lease('one', { connect: async () => (exists ? root().connection : undefined) })
    expect(await one.permit()).toBeUndefined()
    exists = true
    expect(await one.permit()).toBeDefined()
  })

  it('may be out of reach: that is told once, and it is not tried again at every write', async () => {
    let tries = 0
    const connect = async () => {
      tries++
      throw unreachable('cp', 'it is silent')
    }
    const one = lease('one', { connect })
    withouts.length = 0
    for (let write = 0; write < 3; write++) expect(await one.permit()).toBeUndefined()
    time += 61
    await one.permit()
    expect([tries, withouts]).toEqual([2, ['it is silent']])
  })

  it('may break off while it is asked: it is asked again, and only then done without', async () => {
    const after = (fails: number): (() => Promise<Connection>) => {
      const exec: Connection['exec'] = (...order) => {
        if (fails-- > 0) return Promise.reject(unreachable('cp', 'the connection broke'))
        return root().connection.exec(...order)
      }
      return async () => ({ host: 'cp', roundTrips: 0, exec, forward: refuse, close: refuse })
    }
    expect(await lease('one', { connect: after(2) }).permit()).toBeUndefined()
    expect(await lease('two', { connect: after(1) }).permit()).toBeDefined()
  })

  it('may be gone with our lease: then this run ends, for another may have the lab by now', async () => {
    let gone = false
    const exec: Connection['exec'] = (...order) => {
      if (!gone) return root().connection.exec(...order)
      time += 50
      return Promise.reject(unreachable('cp', 'it is silent'))
    }
    const one = lease('one', {
      connect: async () => ({ host: 'cp', roundTrips: 0, exec, forward: refuse, close: refuse }),
    })
    await one.permit()
    gone = true
    time += 24
    const error = { exit: 69, failure: { code: 'lease-unreachable', cause: 'it is silent' } }
    await expect(one.permit()).rejects.toMatchObject(error)
    gone = false
    await expect(one.permit()).rejects.toMatchObject(error)
  })

  it('may be asked by too many: that is waited out, then told as what it is', async () => {
    const busy: Connection['exec'] = async () => {
      time += 50
      return { code: busyStatus, stdout: Buffer.of(), stderr: '' }
    }
    const connect = async () => ({ host: 'cp', roundTrips: 0, exec: busy, forward: refuse, close: refuse })
    await expect(lease('one', { connect }).permit()).rejects.toMatchObject({
      exit: 75,
      failure: { code: 'lease-busy' },
    })
    const interrupt = new AbortController()
    const connecting = () => connect().finally(() => interrupt.abort())
    const waiting = lease('two', { connect: connecting, signal: interrupt.signal }).permit()
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('may have no room: that is an error in its own words', async () => {
    await root().sh('mkdir -p /var/lib/andamio/lease.new')
    await expect(lease('one').permit()).rejects.toMatchObject({
      exit: 70,
      failure: { code: 'lease-failed', cause: expect.stringContaining('lease.new') },
    })
  })
})
