import type { Change, Event, Failure, Outcome } from '../events.ts'
import { Script } from './script.ts'

const hosts = ['front', 'worker1', 'worker2', 'store']
const base = ['hostname front', 'file /etc/hosts', 'sysctl net.ipv4.ip_forward', 'service ssh'].map(text => {
  const [kind = '', id = ''] = text.split(' ')
  return { kind, id }
})
const configText = `--- before
+++ after
@@ -1,3 +1,4 @@
 version = 3
-root = "/srv"
+root = "/var/lib/store"
+[plugins]
 state = "/run/store"
`
const configChanges: Change[] = [
  { attribute: 'content', before: 'a'.repeat(64), after: 'b'.repeat(64), text: configText },
  { attribute: 'mode', before: '0644', after: '0600' },
]
const refused: Failure = {
  code: 'command-failed',
  message: 'apt-get install store-server ended with status 100',
  place: 'worker2: apt-get install store-server=2.3.7-1',
  cause:
    'the package repository does not hold this version: the host was given another one after the inventory was read',
  stderr: [
    'Reading package lists...',
    'Building dependency tree...',
    "E: Version '2.3.7-1' for 'store-server' was not found",
    'E: \u001b[31mUnable to correct problems\u001b[0m, you have held broken packages.',
  ],
  next: 'run `npx zx scripts/mirror.mjs`, which builds the missing version, then run this again',
}
const lost: Failure = {
  code: 'unreachable',
  message: 'store did not answer for 35 s',
  place: 'store (10.20.0.30:22)',
  cause: 'the connection was open and fell silent',
  next: 'look at its console; once it answers, the same command resumes',
}

function ended(
  script: Script,
  play: string,
  host: string,
  role: string,
  name: string,
  outcome: Outcome,
  more: Partial<Extract<Event, { type: 'resource.end' }>> = {},
): void {
  const [kind = '', ...id] = name.split(' ')
  script.tell({
    type: 'resource.end',
    play,
    host,
    role,
    kind,
    id: id.join(' '),
    outcome,
    seconds: 0.002,
    changes: [],
    ...more,
  })
}

function starts(script: Script, play: string, host: string, role: string, name: string): void {
  const [kind = '', ...id] = name.split(' ')
  script.tell({ type: 'resource.start', play, host, role, kind, id: id.join(' ') })
}

/** A first run in which one host fails in the middle and another falls silent. */
export function failingRun(began?: number): readonly Event[] {
  const script = new Script(began)
  const [prepare, install] = ['Prepare every host', 'Install the store']
  script.tell({ type: 'run.start', playbook: 'up', lab: 'demo', inventory: 'inventory/demo.yaml', check: false, hosts })
  script.tell({
    type: 'notice',
    level: 'warning',
    text: 'store-server 2.3 is supported until 2026-01-31, 19 days from now',
  })
  script.tell({ type: 'play.start', play: 'Create the hosts', hosts })
  for (const done of [0, 400, 1204, 1932]) {
    script.at(1 + done / 400).tell({
      type: 'progress',
      task: 'kernel',
      done,
      total: 1932,
      unit: 'objects',
      detail: 'drivers/net',
      seconds: done / 400,
    })
  }
  script.at(6).tell({ type: 'progress', task: 'kernel', detail: '7.2, 11 MB', seconds: 5, ended: 'ok' })
  for (const [i, host] of hosts.entries()) {
    starts(script, 'Create the hosts', host, 'local', `machine ${host}`)
    script.at(8 + i).tell({ type: 'wait', host, what: 'sshd to answer', limitSeconds: 120, seconds: 0 })
  }
  for (const [i, host] of hosts.entries()) {
    script.at(14 + i)
    ended(script, 'Create the hosts', host, 'local', `machine ${host}`, 'changed', {
      seconds: 8,
      changes: [
        { attribute: 'memory', before: null, after: '2G' },
        { attribute: 'address', before: null, after: `10.20.0.1${i}` },
      ],
    })
    script.tell({ type: 'host.ready', host, address: `10.20.0.1${i}`, seconds: 6 + i })
  }
  script.tell({ type: 'play.end', play: 'Create the hosts', seconds: 17 })

  script.tell({ type: 'play.start', play: prepare, hosts })
  for (const { kind, id } of base) {
    for (const host of hosts) {
      script.at(18)
      starts(script, prepare, host, 'base', `${kind} ${id}`)
      const changes = kind === 'sysctl' ? [{ attribute: 'value', before: '0', after: '1' }] : []
      ended(script, prepare, host, 'base', `${kind} ${id}`, changes.length > 0 ? 'changed' : 'ok', {
        changes,
        seconds: 0.1,
      })
    }
  }
  script.at(19).tell({ type: 'play.end', play: prepare, seconds: 1.9 })

  script.tell({ type: 'play.start', play: install, hosts: ['worker1', 'worker2', 'store'] })
  for (const host of ['worker1', 'worker2', 'store'])
    starts(script, install, host, 'store', 'apt-packages store-server')
  script.at(20).tell({
    type: 'wait',
    host: 'worker1',
    what: 'the apt lock',
    detail: 'unattended-upgr (812)',
    limitSeconds: 300,
    seconds: 0,
  })
  script
    .at(24)
    .tell({ type: 'wait', host: 'worker1', what: 'the apt lock', detail: 'dpkg (930)', limitSeconds: 300, seconds: 4 })
  script.at(30)
  ended(script, install, 'worker2', 'store', 'apt-packages store-server', 'failed', { seconds: 11, failure: refused })
  script.at(33)
  ended(script, install, 'worker1', 'store', 'apt-packages store-server', 'changed', {
    seconds: 14,
    changes: [{ attribute: 'store-server', before: '2.3.6-1', after: '2.3.7-1' }],
  })
  starts(script, install, 'worker1', 'store', 'file /etc/store/config.toml')
  script.at(33.4)
  ended(script, install, 'worker1', 'store', 'file /etc/store/config.toml', 'changed', {
    seconds: 0.4,
    changes: configChanges,
  })
  ended(script, install, 'worker1', 'store', 'systemd-unit store', 'changed', {
    by: 'apt-packages store-server',
    changes: [{ attribute: 'fresh', before: false, after: true }],
  })
  script.at(54).tell({ type: 'host.unreachable', host: 'store', failure: lost })
  script.tell({ type: 'play.end', play: install, seconds: 35 })
  script.tell({
    type: 'run.end',
    exit: 70,
    seconds: 54,
    roundTrips: 41,
    memoryBytes: 92_000_000,
    hosts: script.counts(),
    resume: 'npx zx playbooks/up.mjs --inventory demo',
  })
  return script.events
}

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
