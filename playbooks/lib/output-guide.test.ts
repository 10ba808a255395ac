import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { HostCount, Outcome } from '../../engine/report/events.ts'
import { styleOf } from '../../engine/report/style.ts'
import { toldOf } from '../../engine/report/told.ts'
import { eventsOf } from './testing/events-of.ts'
import { inProcess } from './testing/in-process.ts'
import { ownInventory } from './testing/own-inventory.ts'

const guide = readFileSync(new URL('../../docs/output.md', import.meta.url), 'utf8')
const [, words = '', plays = ''] = guide.split(/^## .*$/m)
/** First cells of a table, without its head. */
const cells = (table: string) => [...table.matchAll(/^\| ([^|]*\S) \|/gm)].map(([, cell = '']) => cell)

/** Everything that a run can count, so that the type says what is missing. */
const counted = {
  ok: true,
  assumed: true,
  changed: true,
  'would-change': true,
  unknown: true,
  failed: true,
  unreachable: true,
} satisfies Record<Outcome | keyof HostCount, true>

it('explains each word that can begin a line of a resource, and each column of the recap', () => {
  const style = styleOf(process.stdout, false)
  const at = {
    at: '2026-01-01T00:00:00Z',
    play: 'p',
    host: 'h',
    role: 'r',
    kind: 'k',
    id: 'i',
    seconds: 0,
    changes: [],
  }
  for (const outcome of Object.keys(counted) as (Outcome | 'unreachable')[]) {
    const told =
      outcome === 'unreachable'
        ? outcome
        : toldOf({ type: 'resource.end', ...at, outcome }, style, { verbose: true })?.word
    expect(cells(words).flatMap(cell => cell.split(', '))).toContain(`\`${told}\``)
  }
})

it('explains each play of up in its order', async () => {
  const home = await mkdtemp(join(tmpdir(), 'andamio-guide-'))
  const env = { XDG_STATE_HOME: join(home, 'state'), XDG_CACHE_HOME: join(home, 'cache') }
  const { stdout } = await inProcess('up', ['--check', '--json', '--inventory', (await ownInventory()).file], env)
  await rm(home, { recursive: true })
  const events = eventsOf(stdout)
  const played = events.flatMap(event => (event.type === 'play.start' ? [event.play] : []))
  // Of a lab that has a file manager.
  const explained = cells(plays).filter(title => title !== 'Make credentials' || played.includes(title))
  expect(explained).toEqual(played)
})
