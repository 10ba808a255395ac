import { expect, test } from 'vitest'
import { endWords, foreseenCost, foreseenWords } from './foreseen-cost.ts'
import { refuseTooDear } from './preflight.ts'

const wish = (type: string, ...otherTypes: string[]) => ({
  name: 'one',
  type,
  otherTypes,
  disk: 0,
  publicAddress: false,
})
const worker = wish('t3.small', 'm5.2xlarge', 't3a.small')
const three = foreseenCost('us-east-1', [worker, worker, worker])

test('what hosts may come to cost is told by the dearest type that each may have', () => {
  expect(three.wished.hourly).toBeCloseTo(3 * 0.0208, 6)
  expect(three.most.hourly).toBeCloseTo(3 * 0.384, 6)
  expect(foreseenWords(three)).toMatch(
    /^about 0\.06 USD an hour, 46 USD a month, up to 1\.15 USD an hour, 841 USD a month where only /,
  )
  const cheaper = foreseenCost('us-east-1', [wish('t3.small', 't3a.small')])
  expect(cheaper.most).toEqual(cheaper.wished)
  expect(foreseenWords(cheaper)).not.toContain('up to')
})

test('hosts that may become dearer than the inventory allows are refused, and so is another type without a price', () => {
  const refused = { failure: { code: 'ec2-too-dear', cause: /up to 1\.15 USD an hour.*allows 0\.20 USD/ } }
  expect(() => refuseTooDear(three, 0.2, 'lab.yaml')).toThrow(expect.objectContaining(refusedBy(refused)))
  expect(() => refuseTooDear(three, 1.16, 'lab.yaml')).not.toThrow()
  expect(() => refuseTooDear(three, undefined, 'lab.yaml')).not.toThrow()
  const unknown = foreseenCost('us-east-1', [wish('t3.small', 'x9.huge')])
  expect(unknown.most).toEqual({ hourly: unknown.wished.hourly, unpriced: ['x9.huge'] })
  expect(unknown.wished.unpriced).toEqual([])
  expect(() => refuseTooDear(unknown, 5, 'lab.yaml')).toThrow(expect.objectContaining({ exit: 64 }))
})

test('with hours it is told what they come to, when it ends, and what is left to be paid then', () => {
  const host = (name: string, atEnd: 'terminate' | 'stop') => ({
    ...{ ...wish('t3.small'), name, disk: 73, publicAddress: true },
    expiry: { hours: 2, atEnd },
  })
  const workers = foreseenCost('us-east-1', [host('worker1', 'terminate')])
  expect(foreseenWords(workers)).toMatch(/^about 0\.03 USD an hour, 0\.07 USD in 2 hours \(/)
  expect(endWords(workers)).toBe('then its hosts end by themselves, each by a timer of its own.')
  const storage = foreseenCost('us-east-1', [host('worker1', 'terminate'), host('nfs', 'stop')])
  expect(storage.stopping).toEqual({ hosts: ['nfs'], hourly: (73 * 0.08) / 730 })
  expect(endWords(storage)).toBe(
    'then its hosts end by themselves, each by a timer of its own. ' +
      'nfs only stops: its disk costs 6 USD a month until it is removed.',
  )
  const two = foreseenCost('us-east-1', [host('nfs1', 'stop'), host('nfs2', 'stop')])
  expect(endWords(two)).toContain('nfs1 and nfs2 only stop: their disks cost 12 USD a month')
  expect(endWords(three)).toBe('until it is removed.')
})

const refusedBy = ({ failure }: { failure: { code: string; cause: RegExp } }) => ({
  failure: expect.objectContaining({ code: failure.code, cause: expect.stringMatching(failure.cause) }),
})
