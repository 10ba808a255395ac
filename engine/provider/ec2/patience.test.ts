import { connect } from 'node:net'
import { expect, test } from 'vitest'
import type { Clock } from './clock.ts'
import { passing, patiently } from './patience.ts'
import { Reading } from './reading.ts'
import { serviceError } from './service-error.ts'

/** Time that passes when somebody sleeps. */
function clock(): Clock & { readonly slept: number[] } {
  let now = 0
  const slept: number[] = []
  return {
    slept,
    now: () => now,
    sleep: async milliseconds => {
      slept.push(milliseconds)
      now += milliseconds
    },
  }
}

const named = (name: string, httpStatusCode = 400) =>
  Object.assign(new Error(`it is ${name}`), { name, $metadata: { httpStatusCode } })

const parts = (time: Clock, told: string[] = []) => ({
  clock: time,
  region: 'eu-west-1',
  random: () => 1,
  waiting: (what: string, _limit: number, detail: string) => void told.push(`${what}: ${detail}`),
})

test.each([
  0, 1, 2, 3, 4, 5, 6, 7, 8,
])('a call that is throttled %i times is answered, and says why it waits', async n => {
  const time = clock()
  const told: string[] = []
  let left = n
  const answer = patiently(
    'runInstances',
    async () => {
      if (left-- > 0) throw named('RequestLimitExceeded', 503)
      return 'made'
    },
    parts(time, told),
  )
  expect(await answer).toBe('made')
  expect(told).toEqual(Array(n).fill('EC2 to answer RunInstances: AWS asks to wait (RequestLimitExceeded)'))
  expect(time.slept).toEqual([...time.slept].sort((one, other) => one - other))
})

const refusal = (port: number) =>
  new Promise<Error>((resolve, reject) => {
    connect({ port, host: '127.0.0.1' }).on('error', resolve).on('connect', reject)
  })

test('who does not answer is named, and what came of it', async () => {
  // As Node throws it, and as it does where a name has several addresses.
  const refused = await refusal(1)
  expect(passing(refused)).toBe('no answer (ECONNREFUSED, 127.0.0.1:1)')
  const several = Object.assign(new AggregateError([refused, refused], ''), { code: 'ECONNREFUSED' })
  expect(passing(several)).toBe('no answer (ECONNREFUSED, 127.0.0.1:1)')
  const lookup = Object.assign(new Error('getaddrinfo'), { code: 'EAI_AGAIN', hostname: 'ec2.eu-west-1.amazonaws.com' })
  expect(passing(lookup)).toBe('no answer (EAI_AGAIN, ec2.eu-west-1.amazonaws.com)')
  expect(passing(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }))).toBe('no answer (ECONNRESET)')
  expect(passing(named('Error', 502))).toBe('no answer (HTTP 502)')
  expect(passing(named('BadGateway', 502))).toBe('no answer (BadGateway)')
})

test('what would be done twice is sent again only where it has surely not been done', async () => {
  const time = clock()
  const send = (name: string, status: number) => {
    let left = 2
    return patiently(
      'createVpc',
      async () => {
        if (left-- > 0) throw named(name, status)
        return 'made'
      },
      { ...parts(time), once: true },
    )
  }
  expect(await send('RequestLimitExceeded', 503)).toBe('made')
  const told = { failure: { code: 'ec2-busy', message: /CreateVpc, which may have been carried out/ } }
  await expect(send('InternalError', 500)).rejects.toMatchObject(told)
  await expect(send('ECONNRESET', 0)).rejects.toMatchObject(told)
})

test('it ends after five minutes, with an error that says so', async () => {
  const time = clock()
  const answer = patiently('describeInstances', () => Promise.reject(named('InternalError', 500)), parts(time))
  await expect(answer).rejects.toMatchObject({ failure: { code: 'ec2-busy', place: /DescribeInstances/ } })
  expect(time.now()).toBeGreaterThan(270_000)
  expect(time.now()).toBeLessThanOrEqual(300_000)
})

test.each([
  ['InsufficientInstanceCapacity', 500, 'ec2-no-capacity'],
  ['UnauthorizedOperation', 403, 'ec2-not-permitted'],
  ['AuthFailure', 401, 'ec2-credentials-refused'],
  ['ExpiredTokenException', 400, 'ec2-credentials-expired'],
  ['CredentialsProviderError', 400, 'ec2-no-credentials'],
  ['VcpuLimitExceeded', 400, 'ec2-quota'],
  ['VpcLimitExceeded', 400, 'ec2-quota'],
  ['InvalidAMIID.NotFound', 400, 'ec2-image-unknown'],
  ['DependencyViolation', 400, 'ec2-refused'],
])('%s is an answer, sent once, and is %s for people', async (name, status, code) => {
  let calls = 0
  const answer = patiently(
    'runInstances',
    async () => {
      calls++
      throw named(name, status)
    },
    parts(clock()),
  )
  const error = await answer.catch(thrown => thrown)
  expect([calls, error.name]).toEqual([1, name])
  const told = serviceError(error, 'runInstances', 'eu-west-1')
  expect(told).toMatchObject({ service: name, answered: true, failure: { code } })
  expect(`${told.failure.message} ${told.failure.cause} ${told.failure.place}`).toMatch(/RunInstances/)
})

test('a region that there is not is told as such', () => {
  const error = Object.assign(new Error('getaddrinfo ENOTFOUND ec2.eu-west-9.amazonaws.com'), { code: 'ENOTFOUND' })
  const told = serviceError(error, 'describeInstances', 'eu-west-9')
  expect(told).toMatchObject({ answered: false, failure: { code: 'ec2-not-reached' } })
  expect(told.failure.message).toContain('eu-west-9')
})

test('who asks while something is read gets that; what was begun before a change is never kept', async () => {
  let reads = 0
  const release: (() => void)[] = []
  const reading = new Reading(async () => {
    const mine = ++reads
    await new Promise<void>(resolve => release.push(resolve))
    return mine
  })
  const [one, other] = [reading.now(), reading.now()]
  reading.outdated()
  const later = reading.now()
  for (const go of release.splice(0)) go()
  expect(await Promise.all([one, other])).toEqual([1, 1])
  for (const go of release.splice(0)) go()
  expect(await later).toBe(2)
  expect(await reading.now()).toBe(2)
  const waiters = [reading.after(2), reading.after(2)]
  for (const go of release.splice(0)) go()
  expect((await Promise.all(waiters)).map(({ value }) => value)).toEqual([3, 3])
})
