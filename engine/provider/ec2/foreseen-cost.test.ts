import { expect, test } from 'vitest'
import { foreseenCost, foreseenWords } from './foreseen-cost.ts'
import { refuseTooDear } from './preflight.ts'

const wish = (type: string, ...otherTypes: string[]) => ({ type, otherTypes, disk: 0, publicAddress: false })
const worker = wish('t3.small', 'm5.2xlarge', 't3a.small')
const three = foreseenCost('us-east-1', [worker, worker, worker])

test('what hosts may come to cost is told by the dearest type that each may have', () => {
  expect(three.wished.hourly).toBeCloseTo(3 * 0.0208, 6)
  expect(three.most.hourly).toBeCloseTo(3 * 0.384, 6)
  expect(foreseenWords(three)).toMatch(/^about 0\.06 USD an hour, 46 USD a month, up to 1\.15 USD an hour where only /)
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

const refusedBy = ({ failure }: { failure: { code: string; cause: RegExp } }) => ({
  failure: expect.objectContaining({ code: failure.code, cause: expect.stringMatching(failure.cause) }),
})
