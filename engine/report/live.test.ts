import { expect, it } from 'vitest'
import { liveLines } from './live.ts'
import { Sink } from './samples/sink.ts'
import { styleOf } from './style.ts'
import { Tally } from './tally.ts'

const cause = 'kube-controller-manager on cp is in CrashLoopBackOff (4 restarts)'
const missing = `${cause}; PersistentVolumeClaim probe/probe-claim: it is Pending, not Bound`
const at = (minute: number, second: number) => new Date(Date.UTC(2026, 0, 12, 9, minute, second)).toISOString()

/** The live lines of a wait two minutes old, whose detail has moved on meanwhile. */
function waiting(detail: string, columns: number, rows: number): readonly string[] {
  const tally = new Tally()
  tally.on({ type: 'play.start', at: at(0, 0), play: 'Apply', hosts: ['cluster'] })
  const wait = { type: 'wait', host: 'cluster', what: 'probe/20-volume.yaml to be ready', limitSeconds: 600 } as const
  tally.on({ ...wait, at: at(0, 0), seconds: 0 })
  tally.on({ ...wait, at: at(1, 0), seconds: 0, detail })
  const style = styleOf(new Sink(), true)
  const lines = liveLines(tally, { style, columns, rows, now: Date.parse(at(2, 26)) })
  for (const line of lines) expect(line.length).toBeLessThan(columns)
  return lines.map(line => line.trimEnd())
}

it('gives what is missing a row of its own where it does not fit beside what is waited for', () => {
  expect(waiting(missing, 100, 24)).toEqual([
    expect.stringMatching(
      /^ {2}cluster {2}waiting for probe\/20-volume.yaml to be ready +2 min 26 s of at most 10 min$/,
    ),
    `           ${cause}; PersistentV…t Bound`,
  ])
  expect(waiting(missing, 80, 24)[1]).toBe(`           ${cause}…`)
  expect(waiting(cause, 80, 24)[1]).toContain(cause)
})

it('shortens what is waited for, and then the middle of what is missing, where there is no further row', () => {
  expect(waiting('PVC: it is Pending', 100, 5)).toEqual([
    expect.stringMatching(/^ {2}cluster {2}waiting for probe\/20-volume.yaml to b…: PVC: it is Pending +2 min 26 s/),
  ])
  expect(waiting(missing, 80, 5)).toEqual([
    expect.stringMatching(/^ {2}cluster {2}kube-controller-manager…f \(4 restarts\) +2 min 26 s/),
  ])
})

it('leaves alone what fits', () => {
  expect(waiting('Pending', 120, 24)).toEqual([
    expect.stringMatching(/^ {2}cluster {2}waiting for probe\/20-volume.yaml to be ready: Pending +2 min 26 s/),
  ])
})

it('names the check that is under way, and nothing when it has ended, nor what it waited for', () => {
  const tally = new Tally()
  const lines = () =>
    liveLines(tally, { style: styleOf(new Sink(), true), columns: 100, rows: 24, now: Date.parse(at(0, 40)) })
  const check = { id: 'S1-A9', title: 'Equal through every NodePort' }
  tally.on({ type: 'check.start', at: at(0, 0), ...check })
  expect(lines()[0]).toMatch(/^ {2}S1-A9 {2}Equal through every NodePort +40 s$/)
  tally.on({ type: 'wait', at: at(0, 1), host: 'cluster', what: 'pods', limitSeconds: 60, seconds: 0 })
  tally.on({ type: 'check.end', at: at(0, 2), ...check, passed: true, saw: 'all' })
  expect(lines()).toEqual([])
})

it('says who is slow to tell what is there, before anything is known to be done there', () => {
  const tally = new Tally()
  const lines = (second: number) =>
    liveLines(tally, { style: styleOf(new Sink(), true), columns: 80, rows: 24, now: Date.parse(at(0, second)) })
  const place = { play: 'Start', host: 'cp', role: 'r', kind: 'k', id: 'i' }
  tally.on({ type: 'play.start', at: at(0, 0), play: 'Start', hosts: ['cp', 'nfs'] })
  expect(lines(1).join()).not.toContain('told')
  tally.on({ type: 'host.unreachable', at: at(0, 1), host: 'nfs', failure: { code: 'x', message: 'gone' } })
  expect(lines(34)).toEqual([
    expect.stringMatching(/^ {2}cp {4}has not told yet what is there +34 s$/),
    expect.anything(),
  ])
  expect(lines(34)[1]).not.toContain('told')
  tally.on({ type: 'resource.start', at: at(0, 35), ...place })
  expect(lines(40)[0]).toMatch(/^ {2}cp {4}r: k i +5 s$/)
  tally.on({ type: 'resource.end', at: at(0, 41), ...place, outcome: 'ok', seconds: 1, changes: [] })
  expect(lines(50)[0]).toMatch(/^ {2}cp {4}1 ok/)
})
