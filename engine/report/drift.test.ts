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

it('writes into the table of a workflow what stands in the terminal, whatever is in it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'andamio-drift-'))
  const page = join(folder, 'page')
  const reporter = driftReporter({ stream: new Sink(), env: { GITHUB_STEP_SUMMARY: page }, quiet: false, mend: 'up' })
  const changes = [{ attribute: 'mode', before: '0777', after: '0644' }]
  reporter.on({ ...looked, id: '/srv/a|b_*<c>', outcome: 'would-change', changes } as Event)
  reporter.on(ended(2))
  const [row] = readFileSync(page, 'utf8')
    .split('\n')
    .filter(line => line.startsWith('| cp'))
  expect(row).toBe('| cp | file /srv/a\\|b\\_\\*&#60;c&#62; | mode 0777 -&#62; 0644 |')
  rmSync(folder, { recursive: true })
})
