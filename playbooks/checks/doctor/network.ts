import { udpKnock } from '../../../engine/connection/udp-knock.ts'
import { within } from '../../../engine/connection/within.ts'
import { type Check, expect } from '../../../engine/play/checks.ts'
import type { Run } from '../../../engine/play/run.ts'
import { quote } from '../../../engine/shell/quote.ts'
import { labPorts } from '../../lib/lab-ports.ts'
import { answering } from './machine.ts'

const seconds = 5

export interface Way {
  readonly from: string
  readonly to: string
  readonly address: string
  readonly port: number
  readonly what: string
}

/** Ways that the hosts need among each other, of those that answer, one for each port. */
export function waysOf(
  run: Pick<Run, 'lab' | 'found'>,
  hosts: readonly string[],
  protocol: 'tcp' | 'udp',
): readonly Way[] {
  const inGroup = (group: string) => hosts.filter(host => run.lab.groups.get(group)?.includes(host))
  return labPorts(run.lab).flatMap(({ to, from, protocol: own, ports: [port], what }) => {
    if (own !== protocol || typeof from === 'string') return []
    return inGroup(to).flatMap(target => {
      const found = run.found.get(target)
      const address = found?.is === 'running' ? found.address : undefined
      const starts = inGroup(from.group).filter(start => start !== target)
      return address === undefined ? [] : starts.map(start => ({ from: start, to: target, address, port, what }))
    })
  })
}

type Seen = 'open' | 'closed' | 'not told'

/** SSH's word for an sshd that is told to forward nothing. */
const prohibited = 1

/** By sshd on the host itself: `refused` proves the way as well, for nothing listens there before an `up`. */
async function tcp(run: Run, { from, address, port }: Way): Promise<Seen> {
  const { connection } = await run.session(from)
  try {
    const stream = await within(seconds, connection.forward(address, port))
    stream.destroy()
    return 'open'
  } catch (error) {
    const { message, reason } = error as Error & { reason?: unknown }
    if (/refused/i.test(message)) return 'open'
    return reason === prohibited ? 'not told' : 'closed'
  }
}

/** Where somebody listens already, silence is what there is to hear. */
async function udp(run: Run, { from, to, address, port }: Way): Promise<Seen> {
  const listening = await run.reach().readOn(to, 'cat /proc/net/udp')
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  if (listening.is === 'present' && new RegExp(`^\\s*\\d+: [0-9A-F]+:${hex} `, 'm').test(listening.state)) return 'open'
  const { connection } = await run.session(from)
  const command = `bash -c ${quote(udpKnock)} knock ${quote(address)} ${quote(String(port))}`
  const { code } = await connection.exec(command, { timeoutSeconds: seconds })
  return code === 0 || code === 1 ? 'open' : 'closed'
}

const check = (protocol: 'tcp' | 'udp', title: string, lookAt: (run: Run, way: Way) => Promise<Seen>): Check => ({
  id: protocol,
  title,
  async look(run) {
    const ways = waysOf(run, answering(run), protocol)
    if (ways.length === 0) return 'of those that could be asked no two need one another'
    const seen = await Promise.all(ways.map(async way => ({ way, is: await lookAt(run, way) })))
    const closed = seen.filter(({ is }) => is === 'closed')
    const said = closed.map(
      ({ way: { from, to, address, port, what } }) => `${from} to ${to} (${address}) ${protocol} ${port}, ${what}`,
    )
    const shown = [...said.sort().slice(0, 6), ...(said.length > 6 ? [`and ${said.length - 6} more`] : [])]
    expect(
      closed.length === 0,
      `no way: ${shown.join('; ')}`,
      'Open it in the firewalls of both, or of the network between them.',
    )
    const untold = new Set(seen.flatMap(({ way, is }) => (is === 'not told' ? [way.from] : [])))
    const open = seen.filter(({ is }) => is === 'open').length
    const rest = untold.size === 0 ? '' : `; not looked at from ${[...untold].join(', ')}, whose sshd forwards nothing`
    return `${open} of ${ways.length} ways are open${rest}`
  },
})

/** Whether the hosts come to each other: the network of the pods, NFS, the API, the registry. */
export const networkChecks: readonly Check[] = [
  check('tcp', 'The hosts come to each other: API, NFS, registry', tcp),
  check('udp', 'The hosts come to each other: network of the pods', udp),
]
