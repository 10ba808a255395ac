import type { Event, Failure } from '../events.ts'
import { base, configChanges, ended, hosts, starts } from './parts.ts'
import { Script } from './script.ts'

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

/** A first run in which one host fails in the middle and another falls silent. */
export function failingRun(began?: number): readonly Event[] {
  const script = new Script(began)
  const [prepare, install] = ['Prepare every host', 'Install the store']
  const startup = [
    { what: 'npx', seconds: 0.41 },
    { what: 'Node and zx', seconds: 0.18 },
    { what: 'loading the program', seconds: 0.31 },
    { what: 'reading the inventory', seconds: 0.04 },
  ]
  const inventory = 'inventory/demo.yaml'
  script.tell({ type: 'run.start', playbook: 'up', lab: 'demo', inventory, check: false, hosts, startup })
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
