import { expect, it } from 'vitest'
import { sshEndpoint } from '../../../engine/connection/testing/endpoint.ts'
import { exitCode } from '../../../engine/errors.ts'
import { labOf } from '../../../engine/play/testing/lab.ts'
import type { Found } from '../../../engine/provider/provider.ts'
import { notAsked } from './not-asked.ts'

const running: Found = { is: 'running', endpoint: sshEndpoint(), address: '10.0.0.1' }
const seen = (found: Readonly<Record<string, Found>>, silent: readonly string[] = []) =>
  notAsked({
    lab: labOf(Object.keys(found)),
    found: new Map(Object.entries(found)),
    failures: new Map(silent.map(host => [host, exitCode.unreachable])),
  })

it('names hosts that do not run beside those that were asked, and what up does to them', () => {
  expect(seen({ cp: running, w1: { is: 'stopped', why: 'it is suspended' }, w2: { is: 'absent' } })).toEqual({
    text: 'Not looked at: w1 is stopped (it is suspended), up starts it; w2 is not built, up makes it.',
    data: { notAsked: ['w1', 'w2'] },
  })
  expect(seen({ cp: running, w1: { is: 'unknown', why: 'no word of it' } })?.text).toContain('not known: no word of it')
})

it('says nothing where all were asked, nor of a host whose silence is told by itself', () => {
  expect(seen({ cp: running, w1: running })).toBeUndefined()
  expect(seen({ cp: running, w1: running }, ['w1'])).toBeUndefined()
})

it('says that nothing was looked at where no host answers, whether one runs or not', () => {
  expect(seen({ cp: running, w1: { is: 'stopped' } }, ['cp'])).toMatchObject({
    text: expect.stringMatching(/^No host that runs lets us in: nothing was looked at/),
    data: { notAsked: ['cp', 'w1'] },
  })
  expect(seen({ cp: { is: 'absent' } })?.text).toMatch(/^No host runs that could be asked: nothing was looked at/)
})
