import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExecEntry } from '../../../engine/connection/exec-log.ts'
import { equal, holds, say } from '../proof.ts'
import { changedIds, type PlaybookResult } from '../run-playbook.ts'
import type { SmallLab } from '../small-lab.ts'
import { nodeDiffers, noteNode } from './purity.ts'

const hosts = ['cp', 'worker1', 'nfs'] as const

/** All that only look, with what they are given besides. */
const looks: readonly (readonly [playbook: string, args: readonly string[], logs: boolean])[] = [
  ['up', ['--check', '--diff'], true],
  ['up', ['--check', '--limit', 'workers'], true],
  ['drift', [], true],
  ['doctor', [], true],
  ['down', ['--check'], true],
  ['status', [], false],
  ['expired', [], false],
]

const kubectl = 'kubectl --kubeconfig /etc/kubernetes/admin.conf'
const columns = (...fields: readonly string[]) => fields.map(field => `${field}:.metadata.${field}`).join(',')

/**
 * Every object, by its version; where it has a generation, which what reports on it leaves alone, by that and its labels.
 * What controllers make of the readiness of pods is theirs; of pods and nodes, what is wished of them.
 */
const objects = `
theirs='^(events|leases|nodes|pods|componentstatuses|endpoints|endpointslices)([.]|$)'
kinds=$(${kubectl} api-resources --verbs=list -o name | grep -vE "$theirs" | paste -sd,)
${kubectl} get "$kinds" -A --ignore-not-found --no-headers \\
  -o custom-columns=kind:.kind,${columns('namespace', 'name', 'uid', 'generation', 'resourceVersion', 'labels', 'annotations')} |
  awk '$5 != "<none>" { $6 = "" } { print }' | grep -v bootstrap-token | sort
${kubectl} get pods -A --no-headers -o custom-columns=${columns('name', 'uid', 'generation')} | sort
${kubectl} get nodes -o jsonpath='{range .items[*]}{.metadata.name} {.metadata.uid} {.metadata.labels} {.spec}{"\\n"}{end}'`

const ends = new Set<number | null>([0, 2, 3, 70])

/**
 * No playbook that only looks changes anything: files, packages, units, mounts and settings of every host are as before, by
 * checksum, so is every object of the cluster, and every command on a host was one that only reads.
 */
export async function onlyLooks(lab: SmallLab): Promise<void> {
  const before = await lab.on('cp', objects)
  holds(before.split('\n').length > 100, 'there are objects to compare')
  for (const host of hosts) await lab.on(host, noteNode)
  const log = join(lab.folder, 'commands.jsonl')
  for (const [playbook, args, logs] of looks) {
    const { exit } = await lab.start(playbook, ...args, ...(logs ? ['--exec-log', log] : [])).done
    holds(ends.has(exit), `${playbook} ${args.join(' ')} comes to its end (exit status ${exit})`)
    if (!logs) continue
    const entries = (await readFile(log, 'utf8'))
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line) as ExecEntry)
    const wrote = entries
      .filter(({ purpose }) => purpose === 'write')
      .map(({ host, why, script }) => `${host}: ${why} (${script})`)
    equal(wrote, [], `what ${playbook} ${args.join(' ')} had written, of ${entries.length} commands`)
    if (playbook !== 'down') holds(entries.length >= hosts.length, `${playbook} asked every host`)
  }
  for (const host of hosts) equal(await lab.on(host, `(${nodeDiffers}\n) || :`), '', `what differs on ${host} by now`)
  equal(await lab.on('cp', objects), before, 'objects of the cluster')
}

/** A plan of a lab that was spoilt is carried out, and is refused where the world has moved; a drift tells the same. */
export async function plansAndDrift(lab: SmallLab): Promise<void> {
  equal(await drift(lab), { exit: 0, differs: [] }, 'a drift of the lab as it should be')
  const plan = join(lab.folder, 'plan.json')
  await lab.on('worker1', 'echo "# by hand" >>/etc/containerd/config.toml')
  await lab.on('cp', `${kubectl} -n probe delete service probe`)
  const planned = await lab.up('--check', '--out', plan)
  equal(planned.exit, 2, 'exit status of the check')
  equal(await drift(lab), { exit: 2, differs: changedIds(planned) }, 'a drift of it, against the plan')

  await lab.on('nfs', 'chmod 0777 /mnt/nfs-share')
  const refused = await lab.carryOut(plan)
  equal(
    [refused.exit, refused.end?.failure?.code, changedIds(refused)],
    [70, 'plan-outdated', []],
    'after the world moved',
  )
  holds(refused.end?.failure?.cause?.includes('/mnt/nfs-share') ?? false, 'it says what has moved')
  equal(changedIds(await lab.up('--check')).length, changedIds(planned).length + 1, 'nothing of it was carried out')

  await lab.on('nfs', 'chmod 0770 /mnt/nfs-share')
  const done = await lab.carryOut(plan)
  equal([done.exit, changedIds(done)], [0, changedIds(planned)], 'the plan, carried out')
  equal(await drift(lab), { exit: 0, differs: [] }, 'a drift after that')
  say(`planned and done: ${changedIds(done).join(', ')}`)
}

async function drift(lab: SmallLab): Promise<{ readonly exit: number | null; readonly differs: readonly string[] }> {
  const found: PlaybookResult = await lab.start('drift').done
  return { exit: found.exit, differs: changedIds(found) }
}
