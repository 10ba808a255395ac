import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { userName } from '../process/user-name.ts'
import { Lease } from './lease.ts'
import type { RunCore } from './run-parts.ts'

/** The lease that this run takes before its first write, on the first host of a group; undefined where there is none. */
export function leaseFor(
  run: RunCore,
  { group, seat }: { readonly group: string; readonly seat: string },
): Lease | undefined {
  const host = run.lab.groups.get(group)?.[0]
  if (host === undefined) return undefined
  const line = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?')
  return new Lease({
    host,
    me: {
      id: randomUUID(),
      seat,
      who: line(`${userName()}@${hostname()}, process ${process.pid}`),
      what: line(`${run.options.playbook} of lab ${run.lab.name}`),
    },
    signal: run.signal,
    connect: async () => (run.found.get(host)?.is === 'running' ? (await run.session(host)).connection : undefined),
    without: cause =>
      run.emit({
        type: 'notice',
        level: 'warning',
        text: `${host} cannot be reached (${cause}), so only this machine's own lock keeps other runs away.`,
      }),
  })
}
