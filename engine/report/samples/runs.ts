import type { Event } from '../events.ts'
import { failingRun } from './failing-run.ts'
import { base, configChanges, ended, hosts, starts } from './parts.ts'
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
  script.tell({ type: 'play.start', play: 'Verify the lab', hosts: [] })
  script.tell({ type: 'check.start', id: 'S1-A1', title: 'Every node is Ready' })
  script.tell({ type: 'wait', host: 'cluster', what: 'nodes and pods', limitSeconds: 180, seconds: 0 })
  script.tell({ type: 'check.end', id: 'S1-A1', title: 'Every node is Ready', passed: true, saw: '4 of 4' })
  script.tell({
    type: 'check.end',
    id: 'S1-A8',
    title: 'What one node writes, the others read',
    passed: false,
    saw: 'worker2 read 4,194,304 of 5,242,880 bytes',
  })
  script.at(31).tell({ type: 'play.end', play: 'Verify the lab', seconds: 30 })
  script.tell({ type: 'run.end', exit: 70, seconds: 31, roundTrips: 12, memoryBytes: 92_000_000, hosts: {} })
  return script.events
}

/** Two plays at a time, between one of which there is nothing to tell and one of a single host. */
export function sideBySideRun(began?: number, check = false): readonly Event[] {
  const script = new Script(began)
  const [share, prepare] = ['Share a folder', 'Prepare the workers']
  const outcome = check ? 'would-change' : 'changed'
  const changes = [{ attribute: 'mode', before: null, after: '0644' }]
  const plays = ['Remove what has left', 'Prepare the workers', 'Share a folder', 'Apply manifests']
  script.tell({ type: 'run.start', playbook: 'up', lab: 'demo', inventory: 'inventory/demo.yaml', check, hosts, plays })
  script.tell({ type: 'play.start', play: 'Remove what has left', hosts: ['front'] })
  script.tell({ type: 'play.end', play: 'Remove what has left', seconds: 0 })
  const workers = ['worker1', 'worker2']
  script.tell({ type: 'play.start', play: prepare, hosts: workers })
  script.tell({ type: 'play.start', play: share, hosts: ['store'] })
  for (const [at, id] of ['a', 'b'].entries()) {
    for (const [i, host] of workers.entries()) {
      const seconds = 0.6 + i
      script.at(2 * at + seconds)
      starts(script, prepare, host, 'base', `file /etc/${id}/${host}`)
      ended(script, prepare, host, 'base', `file /etc/${id}/${host}`, outcome, { changes, seconds })
    }
    ended(script, share, 'store', 'share', `directory /srv/${id}`, outcome, { changes })
  }
  script.at(4).tell({ type: 'play.end', play: share, seconds: 3.9 })
  ended(script, prepare, 'worker1', 'base', 'file /etc/late', outcome, { changes })
  script.at(11)
  ended(script, prepare, 'worker2', 'base', 'file /etc/late', outcome, { changes })
  script.at(12).tell({ type: 'play.end', play: prepare, seconds: 12 })
  script.tell({ type: 'play.start', play: 'Apply manifests', hosts: ['cluster'] })
  starts(script, 'Apply manifests', 'cluster', 'manifests', 'manifest Namespace demo')
  ended(script, 'Apply manifests', 'cluster', 'manifests', 'manifest Namespace demo', outcome, { changes })
  script.at(12.5).tell({ type: 'play.end', play: 'Apply manifests', seconds: 0.5 })
  const { cluster, ...counts } = script.counts()
  const end = { exit: check ? 2 : 0, seconds: 12.5, roundTrips: 9, memoryBytes: 92_000_000, hosts: counts }
  script.tell({ type: 'run.end', ...end, ...(cluster && { others: { cluster } }) })
  return script.events
}

/** Looks, and changes nothing. */
export function lookRun(began?: number): readonly Event[] {
  const script = new Script(began)
  const start = { playbook: 'status', lab: 'demo', inventory: 'inventory/demo.yaml', check: false, hosts }
  script.tell({ type: 'run.start', ...start })
  script.tell({ type: 'notice', level: 'info', text: 'front  running 10.20.0.10', data: { host: 'front' } })
  script.tell({ type: 'run.end', exit: 0, seconds: 0.2, roundTrips: 1, memoryBytes: 92_000_000, hosts: {} })
  return script.events
}

/** Left at a second interrupt, in the middle of a play. */
export function leftRun(began?: number): readonly Event[] {
  const script = new Script(began)
  const play = 'Install the store'
  script.tell({ type: 'run.start', playbook: 'up', lab: 'demo', inventory: 'inventory/demo.yaml', check: false, hosts })
  script.tell({ type: 'play.start', play, hosts: ['store'] })
  starts(script, play, 'store', 'store', 'directory /srv')
  ended(script.at(2), play, 'store', 'store', 'directory /srv', 'changed', { seconds: 2 })
  starts(script, play, 'store', 'store', 'apt-packages store-server')
  script
    .at(60)
    .tell({ type: 'notice', level: 'warning', text: 'Still under way on store: apt-get install store-server' })
  script.tell({
    type: 'run.end',
    exit: 130,
    seconds: 60,
    roundTrips: 4,
    memoryBytes: 92_000_000,
    hosts: script.counts(),
  })
  return script.events
}

export const runs = {
  failing: failingRun,
  check: checkRun,
  quiet: quietRun,
  verify: verifyRun,
  sideBySide: sideBySideRun,
  look: lookRun,
  left: leftRun,
}
