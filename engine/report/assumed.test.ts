import { expect, it, vi } from 'vitest'
import type { Event } from './events.ts'
import { renderPage } from './html/html.ts'
import { prettyReporter } from './pretty.ts'
import { ended } from './samples/parts.ts'
import { Script } from './samples/script.ts'
import { Sink } from './samples/sink.ts'

vi.stubEnv('FORCE_COLOR', undefined)

/** A look at two hosts: one is there, and of the other there is only what its image is known to hold. */
function look(absent: 'ok' | 'assumed'): readonly Event[] {
  const script = new Script()
  const play = 'Prepare'
  const hosts = ['here', 'later']
  script.tell({ type: 'run.start', playbook: 'up', lab: 'demo', inventory: 'demo.yaml', check: true, hosts })
  script.tell({ type: 'play.start', play, hosts })
  ended(script, play, 'here', 'base', 'assertion disk', 'ok')
  ended(script, play, 'later', 'base', 'assertion disk', absent)
  ended(script, play, 'later', 'base', 'swap off', absent)
  script.tell({ type: 'play.end', play, seconds: 0.1 })
  const end = { exit: 0, seconds: 0.1, roundTrips: 1, memoryBytes: 9e7, hosts: script.counts() }
  script.tell({ type: 'run.end', ...end })
  return script.events
}

function told(events: readonly Event[], verbose: boolean): string {
  const stream = new Sink(100)
  const reporter = prettyReporter({ stream, tty: false, columns: 100, diff: false, verbose, profile: false })
  for (const event of events) reporter.on(event)
  reporter.close()
  return stream.text
}

it('does not count as ok what nobody has looked at', () => {
  const text = told(look('assumed'), false)
  expect(text).toMatch(/^here +: ok=1 .* assumed=0$/m)
  expect(text).toMatch(/^later +: ok=0 .* assumed=2$/m)
  expect(text).toContain('Checked: 2 assumed, 1 ok')
  expect(text).not.toContain('assertion disk')
})

it('lists it by its own word when asked, and has no column for it where there is none', () => {
  expect(told(look('assumed'), true)).toMatch(/^ +assumed +later +base: swap off$/m)
  expect(told(look('ok'), false)).not.toContain('assumed')
})

it('has it in the page likewise', async () => {
  expect(await renderPage(look('assumed'))).toMatch(/<th>assumed/)
  expect(await renderPage(look('ok'))).not.toMatch(/<th>assumed/)
})
