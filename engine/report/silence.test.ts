import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { prettyReporter } from './pretty.ts'
import { Sink } from './samples/sink.ts'

const began = Date.UTC(2026, 0, 12, 9)

beforeEach(() => {
  vi.useFakeTimers({ now: began })
})
afterEach(() => {
  vi.useRealTimers()
})

it('on a pipe names the host that is slow to tell what is there, and else the play', () => {
  const stream = new Sink()
  const reporter = prettyReporter({ stream, tty: false, verbose: false, diff: false })
  const at = () => new Date().toISOString()
  const place = { play: 'Start', host: 'cp', role: 'r', kind: 'k', id: 'i' }
  reporter.on({ type: 'run.start', at: at(), playbook: 'up', lab: 'l', inventory: 'i', check: false, hosts: ['cp'] })
  reporter.on({ type: 'play.start', at: at(), play: 'Start', hosts: ['cp'] })
  vi.advanceTimersByTime(31_000)
  expect(stream.text).toMatch(/\n {2}running {7}30 s\n {16}cp: has not told yet what is there \(30 s\)\n$/)
  reporter.on({ type: 'resource.start', at: at(), ...place })
  reporter.on({ type: 'resource.end', at: at(), ...place, outcome: 'changed', seconds: 0, changes: [] })
  vi.advanceTimersByTime(60_000)
  expect(stream.text).toMatch(/\n {2}running {7}\d.*\n {16}Start \(.*\)\n/)
  reporter.close()
})
