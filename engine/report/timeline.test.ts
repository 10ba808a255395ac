import { describe, expect, it } from 'vitest'
import { Script } from './samples/script.ts'
import { Timeline } from './timeline.ts'

const end = (script: Script, at: number, play: string, host: string, id: string, seconds: number) =>
  script
    .at(at)
    .tell({ type: 'resource.end', play, host, role: '', kind: 'step', id, outcome: 'changed', seconds, changes: [] })

function pathOf(script: Script): string[] {
  const timeline = new Timeline()
  for (const event of script.events) timeline.on(event)
  return timeline.criticalPath().map(span => `${span.lane} ${span.what}`)
}

describe('the critical path', () => {
  it('crosses to the slowest host at a barrier, and stays on its own within a play', () => {
    const script = new Script()
    script.tell({ type: 'run.start', playbook: 'up', lab: 'demo', inventory: 'demo', check: false, hosts: ['a', 'b'] })
    end(script, 2, 'one', 'a', 'short', 2)
    end(script, 5, 'one', 'b', 'long', 5)
    script.tell({ type: 'play.end', play: 'one', seconds: 5 })
    end(script, 6, 'two', 'b', 'quick', 1)
    end(script, 8, 'two', 'a', 'first', 3)
    end(script, 12, 'two', 'a', 'second', 4)
    script.tell({ type: 'play.end', play: 'two', seconds: 7 })
    expect(pathOf(script)).toEqual(['b step long', 'a step first', 'a step second'])
  })

  it('bridges a gap on its own host where no play began', () => {
    const script = new Script()
    script.tell({ type: 'run.start', playbook: 'up', lab: 'demo', inventory: 'demo', check: false, hosts: ['a', 'b'] })
    end(script, 2, 'one', 'a', 'first', 2)
    end(script, 4, 'one', 'b', 'elsewhere', 1)
    end(script, 9, 'one', 'a', 'second', 4)
    script.tell({ type: 'play.end', play: 'one', seconds: 9 })
    expect(pathOf(script)).toEqual(['a step first', 'a step second'])
  })

  it('is empty where nothing took time', () => {
    expect(pathOf(new Script())).toEqual([])
  })
})
