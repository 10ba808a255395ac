import type { Event } from '../events.ts'
import { failingRun } from './failing-run.ts'
import { base, configChanges, ended, hosts } from './parts.ts'
import { Script } from './script.ts'

/** A dry run on a lab that half exists. */
export function checkRun(began?: number): readonly Event[] {
  const script = new Script(began)
  const play = 'Install the store'
  script.tell({ type: 'run.start', playbook: 'up', lab: 'demo', inventory: 'inventory/demo.yaml', check: true, hosts })
  script.tell({ type: 'play.start', play, hosts })
  for (const host of ['front', 'worker1']) {
    ended(script, play, host, 'store', 'apt-packages store-server', 'ok')
    ended(script, play, host, 'store', 'file /etc/store/config.toml', 'would-change', { changes: configChanges })
    ended(
      script,
      play,
      host,
      'store',
      'file /etc/store/a-rather-long-name-of-a-drop-in.d/50-limits-and-registries.toml',
      'would-change',
      {
        changes: ['content', 'mode', 'owner', 'group', 'selinux-context', 'modification-policy'].map(attribute => ({
          attribute,
          before: null,
          after: attribute === 'content' ? 'c'.repeat(64) : `value-of-${attribute}`,
        })),
      },
    )
    ended(script, play, host, 'store', 'systemd-unit store', 'would-change', {
      by: 'file /etc/store/config.toml',
      changes: [],
    })
  }
  ended(script, play, 'store', 'local', 'machine store', 'would-change', {
    changes: [
      { attribute: 'memory', before: null, after: '2G' },
      { attribute: 'address', before: null, after: { late: 'address of store' } },
    ],
  })
  ended(script, play, 'store', 'store', 'exports /srv/store', 'unknown', { why: 'until store exists' })
  script.at(0.6).tell({ type: 'play.end', play, seconds: 0.6 })
  script.tell({
    type: 'run.end',
    exit: 3,
    seconds: 0.8,
    roundTrips: 4,
    memoryBytes: 92_000_000,
    hosts: script.counts(),
  })
  return script.events
}

/** A second run: nothing to do. And a verification, of which one check fails. */
export function quietRun(began?: number): readonly Event[] {
  const script = new Script(began)
  script.tell({ type: 'run.start', playbook: 'up', lab: 'demo', inventory: 'inventory/demo.yaml', check: false, hosts })
  for (const host of hosts) script.tell({ type: 'host.ready', host, address: '10.20.0.10', seconds: 0.2 })
  script.tell({ type: 'play.start', play: 'Prepare every host', hosts })
  for (const host of hosts)
    for (const { kind, id } of base) ended(script, 'Prepare every host', host, 'base', `${kind} ${id}`, 'ok')
  script.at(0.9).tell({ type: 'play.end', play: 'Prepare every host', seconds: 0.7 })
  script.tell({
    type: 'run.end',
    exit: 0,
    seconds: 0.9,
    roundTrips: 8,
    memoryBytes: 92_000_000,
    hosts: script.counts(),
  })
  return script.events
}

export function verifyRun(began?: number): readonly Event[] {
  const script = new Script(began)
  script.tell({
    type: 'run.start',
    playbook: 'verify',
    lab: 'demo',
    inventory: 'inventory/demo.yaml',
    check: false,
    hosts,
  })
  script.tell({ type: 'check.end', id: 'S1-A1', title: 'Every node is Ready', passed: true, saw: '4 of 4' })
  script.tell({
    type: 'check.end',
    id: 'S1-A8',
    title: 'What one node writes, the others read',
    passed: false,
    saw: 'worker2 read 4,194,304 of 5,242,880 bytes',
  })
  script.at(31).tell({ type: 'run.end', exit: 70, seconds: 31, roundTrips: 12, memoryBytes: 92_000_000, hosts: {} })
  return script.events
}

export const runs = { failing: failingRun, check: checkRun, quiet: quietRun, verify: verifyRun }
