import type { Node, Pod } from '../api/objects.ts'
import { type Readiness, readiness } from './readiness.ts'

/** One start of a host, as the host tells it. */
export type Boot = {
  /** `/proc/sys/kernel/random/boot_id`; the kubelet reports it as the node's `bootID`. */
  readonly id: string
  /** Seconds since the epoch by the host's own clock, which is the one that stamps its containers. */
  readonly at: number
}

export const bootScript = `printf 'boot '; cat /proc/sys/kernel/random/boot_id
sed -n 's/^btime /booted /p' /proc/stat`

export function readBoot(output: string): Boot {
  const [, id] = output.match(/^boot (\S+)$/m) ?? []
  const [, at] = output.match(/^booted (\d+)$/m) ?? []
  if (id === undefined || at === undefined) throw new Error('it does not tell when it started')
  return { id, at: Number(at) }
}

/**
 * Whether a node is ready in this boot of its host, and so are the reports on its pods. For up to 40 s after a restart
 * the API tells what was true before it: a Ready node, and pods that run in containers that are gone.
 */
export function readinessSince(boot: Boot, node: Node, pods: readonly Pod[]): Readiness {
  const { ready, why } = readiness(node)
  if (!ready) return { ready, why }
  if (node.status.nodeInfo?.bootID !== boot.id)
    return { ready: false, why: 'its kubelet has not reported since its host started' }
  const stale = pods.find(pod => isOlder(pod, boot))
  return stale
    ? { ready: false, why: `what is told of pod ${stale.metadata.name} is from before its start` }
    : { ready, why }
}

/** A clock that was set right soon after the start moves the start too; a container must be older than that explains. */
const clockSlackSeconds = 60

/** A pod that has ended is left out: its containers ran when they ran. */
function isOlder({ status }: Pod, boot: Boot): boolean {
  if (status.phase === 'Succeeded' || status.phase === 'Failed') return false
  const started = (status.containerStatuses ?? []).map(({ state }) => state?.running?.startedAt)
  return started.some(at => at !== undefined && Date.parse(at) / 1000 < boot.at - clockSlackSeconds)
}
