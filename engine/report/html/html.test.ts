import { describe, expect, it } from 'vitest'
import type { Event } from '../events.ts'
import { runs } from '../samples/runs.ts'
import { Script } from '../samples/script.ts'
import { renderPage } from './html.ts'

describe('the page', () => {
  it('shows what failed, the timeline, the critical path and the changes', async () => {
    const page = await renderPage(runs.failing())
    expect(page).toContain('failed, exit 70')
    expect(page).toContain('E: Unable to correct problems')
    expect(page).toContain('+root = &quot;/var/lib/store&quot;')
    expect(page.match(/class="[a-z-]+ critical"/g)?.length).toBeGreaterThanOrEqual(3)
  })

  it('gives plays that run side by side a row each, and has none for what took no time', async () => {
    const page = await renderPage(runs.sideBySide())
    const rows = [
      ...page.matchAll(/<div class="lane plays">.*?<i style="left:([\d.]+)%;width:([\d.]+)%">.*?<b[^>]*>(.*?)<\/b>/g),
    ]
    expect(rows.map(([, left, width, name]) => [name, Number(left), Number(width)])).toEqual([
      ['Prepare the workers', 0, 96],
      ['Share a folder', 0.8, 31.2],
      ['Apply manifests', 96, 4],
    ])
    expect(page).toMatch(/left:80\.00%">10 s<[\s\S]*left:96\.00%" class="end">12 s</)
    expect(page).toContain('<b style="left:32.00%">Share a folder')
    expect(page).toContain('<b style="right:4.00%">Apply manifests')
  })

  it('shows what a run was left in the middle of, and what it warned of', async () => {
    const page = await renderPage(runs.left())
    expect(page).toMatch(/<i class="unfinished critical" style="left:3\.33%;width:96\.67%" title="store: apt-packages/)
    expect(page).toContain('<i class="unfinished"></i>unfinished')
    expect(page).toContain('<li>Still under way on store: apt-get install store-server')
    expect(await renderPage(runs.verify())).not.toMatch(/<i class="unfinished|Warnings/)
  })

  it('shows no times of a run that was over at once', async () => {
    const page = await renderPage(runs.check())
    expect(page).toContain('would change')
    expect(page).not.toMatch(/Critical path|Timeline|\b0\.0 s/)
  })

  it('loads nothing and runs nothing', async () => {
    const page = await renderPage(runs.failing())
    expect(page).not.toMatch(/<script|<link|<img|<iframe|https?:|@import|url\(/)
    expect(page).toContain("default-src 'none'")
  })

  it('escapes everything that it is told', async () => {
    const evil = '"><script>alert(1)</script>\'\u001b[31m'
    const swap = (value: unknown): unknown => {
      if (typeof value === 'string') return evil
      if (Array.isArray(value)) return value.map(swap)
      if (value === null || typeof value !== 'object') return value
      return Object.fromEntries(
        Object.entries(value).map(([key, part]) => [key, skeleton.has(key) ? part : swap(part)]),
      )
    }
    const skeleton = new Set(['type', 'at', 'outcome', 'ended', 'level', 'hosts'])
    for (const run of Object.values(runs)) {
      const page = await renderPage(run().map(event => swap(event) as Event))
      expect(page).not.toContain('<script')
      expect(page).not.toContain('"&gt;"><')
      expect(page).not.toContain('\u001b')
    }
  })

  it('stays small for a large lab', async () => {
    const script = new Script()
    const hosts = Array.from({ length: 50 }, (_, i) => `worker${i}`)
    script.tell({ type: 'run.start', playbook: 'up', lab: 'large', inventory: 'large.yaml', check: false, hosts })
    for (let id = 0; id < 100; id++) {
      for (const [i, host] of hosts.entries()) {
        script.at(id + i / 50).tell({
          type: 'resource.end',
          play: 'Prepare',
          host,
          role: 'base',
          kind: 'file',
          id: `/etc/some/folder/file-${id}.conf`,
          outcome: 'changed',
          seconds: 0.9,
          changes: [{ attribute: 'mode', before: '0600', after: '0644' }],
        })
      }
    }
    script.tell({ type: 'run.end', exit: 0, seconds: 100, roundTrips: 5000, memoryBytes: 9e7, hosts: script.counts() })
    expect((await renderPage(script.events)).length).toBeLessThan(2_000_000)
  })
})
