import type { Change, Event, Outcome } from '../events.ts'
import type { Script } from './script.ts'

export const hosts = ['front', 'worker1', 'worker2', 'store']
export const base = ['hostname front', 'file /etc/hosts', 'sysctl net.ipv4.ip_forward', 'service ssh'].map(text => {
  const [kind = '', id = ''] = text.split(' ')
  return { kind, id }
})
const configText = `--- /etc/store/config.toml
+++ /etc/store/config.toml
@@ -1,3 +1,4 @@
 version = 3
-root = "/srv"
+root = "/var/lib/store"
+[plugins]
 state = "/run/store"
`
export const configChanges: Change[] = [
  { attribute: 'content', before: 'a'.repeat(64), after: 'b'.repeat(64), text: configText },
  { attribute: 'mode', before: '0644', after: '0600' },
]
export function ended(
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

export function starts(script: Script, play: string, host: string, role: string, name: string): void {
  const [kind = '', ...id] = name.split(' ')
  script.tell({ type: 'resource.start', play, host, role, kind, id: id.join(' ') })
}
