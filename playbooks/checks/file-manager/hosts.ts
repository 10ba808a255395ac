import { hosts } from '../../../engine/play/hosts.ts'
import type { Run } from '../../../engine/play/run.ts'
import type { Node, Pod } from '../../../kube/api/objects.ts'
import { type Boot, bootScript, readBoot } from '../../../kube/nodes/node-reported.ts'
import { clusterOf } from '../cluster-reader.ts'
import { unsettled } from '../nodes.ts'
import { until } from './until.ts'

const stopSeconds = 120
/** For nodes that were started to report, and for their pods to run. */
const settleSeconds = 600

/** Whether a host that was stopped can be started again from here. */
export const canStart = (run: Run): boolean => !run.provider.hostsStay

/** Ends a host at once, its processes without ceremony, and waits until its provider has it as stopped. */
export async function stopHost(run: Run, host: string): Promise<void> {
  await lastWords(run, host, 'systemctl poweroff --force')
  await until(run, `${host} to stop`, stopSeconds, async () => {
    await run.find()
    const is = run.found.get(host)?.is
    return is === 'stopped' ? undefined : `${host} is ${is ?? 'unknown'}`
  })
}

/** Starts those that are stopped, as `up` does. */
export const startHosts = (run: Run): Promise<void> => hosts().perform(run)

/** Has hosts start anew by themselves, all at once, and waits until each has. */
export async function rebootHosts(run: Run, names: readonly string[]): Promise<void> {
  const before = await bootsOf(run, names)
  await Promise.all(names.map(host => lastWords(run, host, 'systemctl reboot --force')))
  await until(run, `${names.join(', ')} to start anew`, settleSeconds, async () => {
    const now = await bootsOf(run, names)
    const waiting = names.filter(host => (now.get(host)?.id ?? before.get(host)?.id) === before.get(host)?.id)
    return waiting.length === 0 ? undefined : `${waiting.join(', ')} did not start anew yet`
  })
}

/** Waits until everything of the lab runs, told by nodes as they are now and not as they were before their start. */
export async function settled(run: Run): Promise<number> {
  const nodes = run.lab.groups.get('cluster') ?? []
  const reader = await clusterOf(run)
  return until(run, 'nodes and pods', settleSeconds, async () => {
    const boots = await bootsOf(run, nodes)
    const silent = nodes.filter(node => !boots.has(node))
    if (silent.length > 0) return `${silent.join(', ')} does not answer`
    const [there, pods] = await Promise.all([
      reader.list<Node>({ apiVersion: 'v1', kind: 'Node' }),
      reader.list<Pod>({ apiVersion: 'v1', kind: 'Pod' }),
    ])
    return unsettled(nodes, there, pods, boots)
  })
}

/** The present boot of each that answers. */
async function bootsOf(run: Run, names: readonly string[]): Promise<ReadonlyMap<string, Boot>> {
  const answers = await Promise.all(
    names.map(async (host): Promise<(readonly [string, Boot])[]> => {
      const answer = await run
        .reach()
        .readOn(host, bootScript)
        .catch(() => undefined)
      return answer?.is === 'present' ? [[host, readBoot(answer.state)]] : []
    }),
  )
  return new Map(answers.flat())
}

/** A command that the host does not live to answer. */
async function lastWords(run: Run, host: string, command: string): Promise<void> {
  const { connection } = await run.session(host)
  await connection.exec('sh -s', { stdin: `${command}\n`, timeoutSeconds: 30 }).catch(() => undefined)
}
