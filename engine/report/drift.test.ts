import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { driftReporter } from './drift.ts'
import type { Event } from './events.ts'
import { Sink } from './samples/sink.ts'

const at = '2026-01-12T09:00:00.000Z'
const ended = (exit: number): Event => ({
  ...{ type: 'run.end', at, exit, seconds: 5.4 },
  ...{ roundTrips: 0, memoryBytes: 0, hosts: {} },
})
const looked: Event = {
  ...{ type: 'resource.end', at, play: 'p', host: 'cp', role: 'base', kind: 'file', id: '/etc/hosts' },
  ...{ outcome: 'ok', changes: [], seconds: 0 },
}

it('finds nothing different only where all was looked at, on the page of a workflow too', () => {
  const folder = mkdtempSync(join(tmpdir(), 'andamio-drift-'))
  const told = (name: string, ...events: readonly Event[]) => {
    const stream = new Sink()
    const page = join(folder, name)
    const env = { GITHUB_STEP_SUMMARY: page }
    const reporter = driftReporter({ stream, env, quiet: false, mend: 'up' })
    for (const event of events) reporter.on(event)
    return [
      stream.text.trimEnd().split('\n').at(-1),
      /^(Nothing|Interrupted).*$/m.exec(readFileSync(page, 'utf8'))?.[0],
    ]
  }
  expect(told('whole', looked, ended(0))).toEqual(['Nothing differs: 1 thing looked at in 5.4 s.', 'Nothing differs.'])
  expect(told('cut', looked, ended(130))).toEqual([
    'Interrupted: not all was looked at; nothing so far differs: 1 thing looked at in 5.4 s.',
    'Interrupted: not all was looked at.',
  ])
  rmSync(folder, { recursive: true })
})
