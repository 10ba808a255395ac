import { resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type TarEntry, tar } from '../../engine/archive/tar.ts'
import { AndamioError, exitCode } from '../../engine/errors.ts'
import { byUp } from '../../engine/play/next-step.ts'
import type { Run } from '../../engine/play/run.ts'
import type { Step } from '../../engine/play/step.ts'
import { failureOf } from '../../engine/play/stop.ts'
import { refuseUnwritable, writeReport } from '../../engine/report/file.ts'
import { counted } from '../../engine/report/text.ts'
import { forLog } from '../../engine/shell/redact.ts'
import { cluster } from '../../kube/api/cluster.ts'
import type { Pod } from '../../kube/api/objects.ts'
import type { ClusterReader } from '../../kube/api/reader.ts'

/** What is asked of every host, by the file that the answer becomes. Reads only. */
const questions: Readonly<Record<string, string>> = {
  'units-failed.txt': 'systemctl list-units --failed --no-pager --no-legend',
  'kubelet.log': 'journalctl -u kubelet --no-pager -n 400',
  'containerd.log': 'journalctl -u containerd --no-pager -n 400',
  'nfs.log': 'journalctl -u nfs-server -u nfs-mountd -u rpcbind --no-pager -n 200',
  'registry.log': 'journalctl -u docker-registry -u docker-registry-pull --no-pager -n 200',
  'warnings.log': 'journalctl -p warning -b --no-pager -n 400',
  'network.txt': 'ip -br address; ip route; cat /proc/net/sockstat',
  'memory.txt': 'cat /proc/meminfo /proc/loadavg',
  'disk.txt': 'df -h; cat /proc/self/mountinfo',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders.
  'packages.txt': "dpkg-query -Wf '${Package} ${Version} ${Status}\\n'",
}

/** Whoever unpacks the archive finds all in one place. */
const folder = 'andamio-diagnose/'

/**
 * What a person needs who is to find out what is wrong: states and logs of hosts, nodes and pods, in one archive, 0600.
 * No Secret is read; keys, tokens and what else this run has held as a secret are masked. Throws `file-unwritable`, and
 * `nothing-to-gather` (exit 69) where nothing of the lab answers.
 */
export function diagnose(file: string | undefined): Step {
  return {
    title: 'Gather states and logs',
    roles: [],
    groups: [],
    async perform(run: Run): Promise<void> {
      const path = resolve(file ?? `andamio-${run.lab.name}-diagnose.tar.gz`)
      await refuseUnwritable(path)
      const gathered = await Promise.all([...run.lab.hosts.map(({ name }) => ofHost(run, name)), ofCluster(run)])
      const missing = missingWords(gathered)
      if (gathered.every(({ why }) => why !== undefined)) throw nothingToGather(run, missing)
      const entries = gathered
        .flatMap(({ parts }) => parts)
        .map(({ path, content }): TarEntry => ({ path: `${folder}${path}`, mode: 0o600, content: clean(content) }))
      await writeReport(path, gzipSync(tar(entries)))
      if (missing !== '') run.emit({ type: 'notice', level: 'warning', text: `Nothing was gathered from ${missing}` })
      const text = `Wrote ${path}: ${counted(entries.length, 'file')}. Look before you hand it on.`
      run.emit({ type: 'notice', level: 'info', text, path, data: { files: entries.length } })
    },
  }
}

interface Gathered {
  readonly from: string
  readonly parts: readonly Part[]
  /** Why nothing was gathered here; the parts then say no more than that. */
  readonly why?: string
}

/** `worker1, worker2 (absent), cluster (there is none)`; empty where nothing is missing. */
function missingWords(gathered: readonly Gathered[]): string {
  const byReason = new Map<string, string[]>()
  for (const { from, why } of gathered) if (why !== undefined) byReason.set(why, [...(byReason.get(why) ?? []), from])
  return [...byReason].map(([why, names]) => `${names.join(', ')} (${why})`).join(', ')
}

const nothingToGather = (run: Run, missing: string): AndamioError =>
  new AndamioError(
    {
      code: 'nothing-to-gather',
      message: `There is nothing to gather in the lab ${run.lab.name}, and no archive was written`,
      cause: `nothing answers: ${missing}`,
      next: byUp(run, 'Build the lab or start its hosts'),
    },
    exitCode.unreachable,
  )

interface Part {
  readonly path: string
  readonly content: string
}

/** A host that does not answer is a finding, too. */
async function ofHost(run: Run, host: string): Promise<Gathered> {
  const found = run.found.get(host) ?? { is: 'absent' }
  if (found.is !== 'running') return none(`hosts/${host}`, host, found.is === 'unknown' ? found.why : found.is, found)
  try {
    const reach = run.reach()
    const answers = Object.entries(questions).map(async ([name, script]): Promise<Part> => {
      const answer = await reach.readOn(host, script)
      const content =
        answer.is === 'present' ? answer.state : `${answer.is} ${answer.is === 'unknown' ? answer.why : ''}`
      return { path: `hosts/${host}/${name}`, content }
    })
    return { from: host, parts: await Promise.all(answers) }
  } catch (error) {
    return notReached(`hosts/${host}`, host, error)
  }
}

const none = (folder: string, from: string, why: string, state: unknown): Gathered => ({
  from,
  why,
  parts: [{ path: `${folder}/none.txt`, content: JSON.stringify(state) }],
})

function notReached(folder: string, from: string, error: unknown): Gathered {
  const failure = failureOf(error)
  const parts = [{ path: `${folder}/not-reached.txt`, content: JSON.stringify(failure, undefined, 2) }]
  return { from, why: failure.cause ?? failure.message, parts }
}

async function ofCluster(run: Run): Promise<Gathered> {
  try {
    const session = await run.api(cluster)
    if (session.is !== 'present')
      return none('cluster', 'cluster', session.is === 'unknown' ? session.why : 'there is none', session)
    const reader = session.state.reader
    const kinds = ['Node', 'Pod', 'Event', 'Service', 'PersistentVolume', 'PersistentVolumeClaim'] as const
    const lists = await Promise.all(kinds.map(kind => reader.list({ apiVersion: 'v1', kind })))
    const pods = lists[1] as unknown as readonly Pod[]
    const states = kinds.map(
      (kind, at): Part => ({
        path: `cluster/${kind.toLowerCase()}s.json`,
        content: JSON.stringify(lists[at], undefined, 2),
      }),
    )
    return { from: 'cluster', parts: [...states, ...(await Promise.all(pods.flatMap(pod => logsOf(reader, pod))))] }
  } catch (error) {
    return notReached('cluster', 'cluster', error)
  }
}

/** Of a container that was started again also what it said last before: why it ended is told nowhere else. */
function logsOf(reader: ClusterReader, { metadata, status }: Pod): Promise<Part>[] {
  const { namespace = '', name } = metadata
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]
  const wanted = containers.flatMap(({ name: container, restartCount }) => [
    { container, previous: false },
    ...(restartCount > 0 ? [{ container, previous: true }] : []),
  ])
  return wanted.map(async ({ container, previous }) => {
    const log = reader.logs(namespace, name, container, 200, { previous })
    const content = await log.catch((error: Error) => `no log: ${error.message}`)
    // As much of the name as an archive takes.
    const file = `${namespace}.${name}.${container}${previous ? '.previous' : ''}.log`.slice(-70)
    return { path: `cluster/logs/${file}`, content }
  })
}

/** Beyond what this run knows as secret: private keys, bootstrap tokens and bearer tokens by their shape. */
function clean(text: string): string {
  return forLog(text)
    .replace(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g, '***')
    .replace(/\b[a-z0-9]{6}\.[a-z0-9]{16}\b/g, '***')
    .replace(/\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]+/g, '***')
}
