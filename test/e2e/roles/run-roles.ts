import type { Connection, SshEndpoint } from '../../../engine/connection/connection.ts'
import { ReadOnlyConnection } from '../../../engine/connection/read-only.ts'
import { connectSsh } from '../../../engine/connection/ssh.ts'
import { KeyRing } from '../../../engine/connection/ssh-keys.ts'
import type { LabHosts } from '../../../engine/inventory/lab.ts'
import { playRoles } from '../../../engine/play/play-roles.ts'
import type { AnyRole } from '../../../engine/play/role.ts'
import { Run } from '../../../engine/play/run.ts'
import type { Provider } from '../../../engine/provider/provider.ts'
import type { Event } from '../../../engine/report/events.ts'

export interface RoleRun {
  readonly lab: LabHosts
  readonly provider: Provider
  readonly stateFolder: string
  readonly check: boolean
  /** What steps of a playbook make known to roles, by its name. */
  readonly facts: Readonly<Record<string, unknown>>
  /** One after the other, each on its hosts side by side; none after a failure. */
  readonly plays: readonly Readonly<Record<string, readonly AnyRole[]>>[]
  readonly told?: (event: Event) => void
}

/** Two hosts, as the roles of storage and of a node know them. */
export const twoHosts = (name: string): LabHosts => ({
  name,
  file: 'none',
  provider: 'local',
  settings: {},
  source: 'mirror',
  hosts: [
    { name: 'nfs', groups: ['all', 'storage', 'registry'], size: {}, vars: {} },
    { name: 'worker1', groups: ['all', 'cluster', 'workers'], size: {}, vars: {} },
  ],
  groups: new Map([
    ['all', ['nfs', 'worker1']],
    ['storage', ['nfs']],
    ['registry', ['nfs']],
    ['cluster', ['worker1']],
    ['workers', ['worker1']],
  ]),
  selected: ['nfs', 'worker1'],
  vars: {},
})

/** Hosts whose keys their provider has made: nothing is asked, and a host that has just been started is waited for. */
export const connectTo = (host: string, endpoint: SshEndpoint): Promise<Connection> =>
  connectSsh(host, endpoint, {
    keys: new KeyRing(async () => undefined),
    acceptNewHostKeys: false,
    patienceSeconds: 30,
    onRetry: () => undefined,
  })

/** Plays roles in this process, and over the connections of a playbook. Gives all that was told. */
export async function runRoles({ lab, provider, stateFolder, check, facts, plays, told }: RoleRun) {
  const events: Event[] = []
  const run = new Run({
    options: { playbook: 'roles', check, forks: 5, yes: true },
    lab,
    provider,
    stateFolder,
    emit: event => {
      const whole = { ...event, at: '' } as Event
      events.push(whole)
      told?.(whole)
    },
    signal: new AbortController().signal,
    connect: async (host, { endpoint }) => {
      const connection = await connectTo(host, endpoint)
      // The gate of check mode, as playbooks have it.
      return check ? new ReadOnlyConnection(connection) : connection
    },
  })
  await run.find()
  for (const [name, value] of Object.entries(facts)) run.tell(name, value)
  for (const [at, play] of plays.entries()) {
    if (run.failures.size > 0) break
    const hosts = Object.entries(play)
    await Promise.all(hosts.map(([host, roles]) => playRoles(run, `play ${at + 1}`, host, true, roles)))
  }
  const roundTrips = run.roundTrips()
  await run.close()
  return { events: events as readonly Event[], roundTrips }
}
