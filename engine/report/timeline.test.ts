import { describe, expect, it } from 'vitest'
import type { Event } from './events.ts'
import { runs } from './samples/runs.ts'
import { Script } from './samples/script.ts'
import { Timeline } from './timeline.ts'

const end = (script: Script, at: number, play: string, host: string, id: string, seconds: number) =>
  script
    .at(at)
    .tell({ type: 'resource.end', play, host, role: '', kind: 'step', id, outcome: 'changed', seconds, changes: [] })

/** A run on two hosts. */
function begun(): Script {
  const script = new Script()
  script.tell({ type: 'run.start', playbook: 'up', lab: 'demo', inventory: 'demo', check: false, hosts: ['a', 'b'] })
  return script
}

function timelineOf(events: readonly Event[]): Timeline {
  const timeline = new Timeline()
  for (const event of events) timeline.on(event)
  return timeline
}

const pathOf = (events: readonly Event[]): string[] =>
  timelineOf(events)
    .criticalPath()
    .map(span => `${span.lane} ${span.what}`)

describe('the critical path', () => {
  it('crosses to the slowest host at a barrier, and stays on its own within a play', () => {
    const script = begun()
    end(script, 2, 'one', 'a', 'short', 2)
    end(script, 5, 'one', 'b', 'long', 5)
    script.tell({ type: 'play.end', play: 'one', seconds: 5 })
    end(script, 6, 'two', 'b', 'quick', 1)
    end(script, 8, 'two', 'a', 'first', 3)
    end(script, 12, 'two', 'a', 'second', 4)
    script.tell({ type: 'play.end', play: 'two', seconds: 7 })
    expect(pathOf(script.events)).toEqual(['b step long', 'a step first', 'a step second'])
  })

  it('bridges a gap on its own host where no play began', () => {
    const script = begun()
    end(script, 2, 'one', 'a', 'first', 2)
    end(script, 4, 'one', 'b', 'elsewhere', 1)
    end(script, 9, 'one', 'a', 'second', 4)
    script.tell({ type: 'play.end', play: 'one', seconds: 9 })
    expect(pathOf(script.events)).toEqual(['a step first', 'a step second'])
  })

  it('crosses at a barrier only to what ended before it', () => {
    const script = begun()
    end(script, 2, 'one', 'a', 'early', 2)
    end(script, 4.5, 'one', 'b', 'late', 4.5)
    script.tell({ type: 'play.end', play: 'one', seconds: 4.5 })
    script.at(5).tell({ type: 'play.start', play: 'two', hosts: ['a', 'b'] })
    end(script, 6, 'two', 'b', 'beside', 1)
    end(script, 9, 'two', 'a', 'last', 2.5)
    script.tell({ type: 'play.end', play: 'two', seconds: 4 })
    expect(pathOf(script.events)).toEqual(['b step late', 'a step last'])
  })

  it('waits in a play for the host whose turn came before', () => {
    const script = begun()
    script.tell({ type: 'play.start', play: 'one', hosts: ['a', 'b'] })
    end(script, 3, 'one', 'a', 'first', 3)
    end(script, 5, 'one', 'b', 'second', 2)
    script.tell({ type: 'play.end', play: 'one', seconds: 5 })
    expect(pathOf(script.events)).toEqual(['a step first', 'b step second'])
  })

  it('knows how long was looked', () => {
    const script = begun()
    script.at(1).tell({ type: 'host.ready', host: 'a', address: '192.0.2.1', seconds: 1 })
    script.at(3).tell({ type: 'looked', play: 'one', host: 'a', resources: 20, seconds: 2 })
    expect(pathOf(script.events)).toEqual(['a connect by SSH', 'a look at 20 resources'])
  })

  it('counts what a run was left in the middle of', () => {
    const { spans, plays } = timelineOf(runs.left())
    expect(spans.at(-1)).toMatchObject({ lane: 'store', outcome: 'unfinished', start: 2, end: 60 })
    expect(plays).toEqual([{ play: 'Install the store', start: 0, end: 60 }])
    expect(pathOf(runs.left())).toEqual(['store store: directory /srv', 'store store: apt-packages store-server'])
  })

  it('is empty where nothing took time', () => {
    expect(pathOf([])).toEqual([])
  })
})
