import { expect, test } from 'vitest'
import { AndamioError } from '../../engine/errors.ts'
import { perform } from '../../engine/play/playbook.ts'
import { RunStopped } from '../../engine/play/stop.ts'
import { labOf, strictProvider } from '../../engine/play/testing/lab.ts'
import type { BilledDisk, BilledHost, Provider } from '../../engine/provider/provider.ts'
import type { Event } from '../../engine/report/events.ts'
import { billByLab, cost, estimate, expired, isExpired } from './bill.ts'

const now = Date.parse('2026-11-21T12:00:00Z')
const host = (name: string, more: Partial<BilledHost> = {}): BilledHost => ({
  ...{ lab: 'lab', id: 'aa', host: name, state: 'running', type: 't3.small' },
  ...{ since: '2026-11-21T10:00:00.000Z', usdPerHour: 0.5 },
  ...more,
})

test('hosts of one lab are one sum, and labs of one name are two', () => {
  const { usdPerHour: _, ...unpriced } = host('cp', { id: 'bb', type: 'x9.huge' })
  const hosts = [
    host('worker1', { expires: '2026-11-21T18:00:00.000Z' }),
    host('cp', { since: '2026-11-21T08:00:00.000Z', expires: '2026-11-21T11:00:00.000Z', usdPerHour: 1 }),
    ...[unpriced, host('nfs', { id: 'bb' })],
  ]
  const labs = billByLab({ hosts, disks: [] }, now)
  expect(labs).toEqual([
    {
      ...{
        lab: 'lab',
        id: 'aa',
        hosts: ['cp', 'worker1'],
        stopped: [],
        leftDisks: [],
        since: '2026-11-21T08:00:00.000Z',
      },
      ...{ expires: '2026-11-21T11:00:00.000Z', usdPerHour: 1.5, usdSoFar: 5 },
      ...{ usdPerHourKnown: 1.5, unpriced: [] },
    },
    {
      ...{
        lab: 'lab',
        id: 'bb',
        hosts: ['cp', 'nfs'],
        stopped: [],
        leftDisks: [],
        since: '2026-11-21T10:00:00.000Z',
        expires: null,
      },
      ...{ usdPerHour: null, usdSoFar: null, usdPerHourKnown: 0.5, unpriced: ['x9.huge'] },
    },
  ])
  expect(labs.map(lab => isExpired(lab, now))).toEqual([true, false])
})

const told = async (step: ReturnType<typeof cost>, bill?: Provider['bill'], more?: Partial<Provider>) => {
  const events: Event[] = []
  await perform(
    { name: 'cost', steps: [step], exclusive: false },
    {
      lab: labOf(['a']),
      options: { playbook: 'cost', check: false, forks: 5, yes: false },
      reporters: [{ on: event => events.push(event), close: () => undefined }],
      ...{ warnings: [], command: 'cost' },
      provider: async () => ({ ...strictProvider({}), ...(bill ? { bill } : {}), ...more }),
      connect: () => () => Promise.reject(new RunStopped(70)),
    },
  )
  return events
}

const billed =
  (...hosts: BilledHost[]) =>
  async () => ({ hosts, disks: [] })

test('what is past its time ends the look for it with an error, and nothing else does', async () => {
  const over = await told(expired(), billed(host('cp', { expires: '2020-01-01T00:00:00.000Z' })))
  expect(over.at(-1)).toMatchObject({
    exit: 70,
    failure: { code: 'labs-expired', cause: expect.stringContaining('lab (aa): 1 host since') },
  })
  const none = await told(expired(), billed(host('cp', { expires: '2999-01-01T00:00:00.000Z' }), host('nfs')))
  expect(none.slice(-2)).toMatchObject([{ text: 'No lab at static is past its time.' }, { exit: 0 }])
})

test('of a lab with a host of unknown price, what is known is told', async () => {
  const { usdPerHour: _, ...unpriced } = host('nfs', { type: 'x9.huge' })
  expect(await told(cost(), billed(host('cp'), unpriced))).toContainEqual(
    expect.objectContaining({
      text: expect.stringContaining('about 0.50 USD an hour besides x9.huge, whose price is not known, never ends'),
    }),
  )
})

test('each lab is told in words and in numbers; a provider that costs nothing says so', async () => {
  const events = await told(cost(), billed(host('cp')))
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'notice', data: expect.objectContaining({ lab: 'lab', usdPerHour: 0.5 }) }),
  )
  expect((await told(cost())).at(-2)).toMatchObject({ text: 'Nobody sends a bill for hosts of the provider static.' })
})

test('a disk that no host holds is a part of its lab, and one of which nothing else is left is a lab', async () => {
  const disk = (more: Partial<BilledDisk> = {}): BilledDisk => ({
    ...{ lab: 'lab', id: 'aa', disk: 'vol-1', gibibytes: 500, since: '2026-11-21T11:00:00.000Z', usdPerHour: 0.25 },
    ...more,
  })
  const bill = { hosts: [host('cp')], disks: [disk(), disk({ id: 'bb', disk: 'vol-2' })] }
  const labs = billByLab(bill, now)
  expect(labs.map(({ id, hosts, usdPerHour, usdSoFar }) => [id, hosts.length, usdPerHour, usdSoFar])).toEqual([
    ['aa', 1, 0.75, 1.25],
    ['bb', 0, 0.25, 0.25],
  ])
  expect(labs[1]).toMatchObject({ leftDisks: [{ disk: 'vol-2', gibibytes: 500 }], expires: null })
  const texts = (await told(cost(), async () => bill)).flatMap(event => (event.type === 'notice' ? event.text : []))
  expect(texts).toContainEqual(
    expect.stringMatching(/^lab \(bb\): 0 hosts, vol-2 of 500 GiB that no host holds, since /),
  )
})

test('an end is promised only where a login has set it, and of what is stopped or left none is', async () => {
  const later = { expires: '2999-01-01T00:00:00.000Z' }
  const stopped = { state: 'stopped', usdPerHour: 0.01 }
  const disk: BilledDisk = { lab: 'lab', id: 'dd', disk: 'vol-1', gibibytes: 500, usdPerHour: 0.25 }
  const bill = {
    hosts: [
      ...[host('cp', later), host('nfs', { ...later, ...stopped })],
      ...[host('nfs', { id: 'bb', ...stopped }), host('nfs', { id: 'cc', ...later, ...stopped })],
    ],
    disks: [disk],
  }
  const textsOf = (events: readonly Event[]) => events.flatMap(event => (event.type === 'notice' ? event.text : []))
  const ends = textsOf(await told(cost(), async () => bill)).map(text => text.split('USD so far, ')[1])
  const over = 'has time until 2999-01-01 00:00 UTC'
  expect(ends).toEqual([
    `${over}, then ends by itself; nfs is stopped and kept`,
    'never ends by itself; nfs is stopped and kept',
    `${over}, and never ends by itself; nfs is stopped and kept`,
    'never ends by itself',
  ])
  const looked = await told(expired(), async () => bill)
  expect(textsOf(looked).map(text => text.slice(0, 8))).toEqual(['lab (bb)', 'lab (cc)', 'lab (dd)', 'No lab a'])
  expect(looked.at(-1)).toMatchObject({ exit: 0 })
})

test("labs are told of also where one of this lab's name is another's", async () => {
  const another = async () => ({ code: 'lab-name-taken', message: 'It is taken' })
  for (const step of [cost(), expired()])
    expect((await told(step, billed(host('cp')), { another })).at(-1)).toMatchObject({ exit: 0 })
  const { anyLab: _, ...own } = cost()
  expect((await told(own, billed(host('cp')), { another })).at(-1)).toMatchObject({
    failure: { code: 'lab-name-taken' },
  })
})

test('what a lab would cost is told also where nobody lets us look', async () => {
  const find = () => Promise.reject(new AndamioError({ code: 'ec2-no-credentials', message: 'There are none' }))
  const events = await told(estimate(), undefined, { find, estimate: () => 'It costs 1 USD.' })
  expect(events.slice(-2)).toMatchObject([
    { type: 'notice', text: 'It costs 1 USD.' },
    { exit: 70, failure: { code: 'ec2-no-credentials' } },
  ])
  expect((await told(estimate())).map(({ type }) => type)).toEqual(['run.start', 'run.end'])
})
