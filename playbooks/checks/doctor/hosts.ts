import { daysLeft } from '../../../engine/pki/standing.ts'
import { type Check, expect } from '../../../engine/play/checks.ts'
import type { Run } from '../../../engine/play/run.ts'
import { counted } from '../../../engine/report/text.ts'
import type { HostFacts } from '../../../engine/resource/host.ts'
import { expiries } from '../../../engine/resources/openpgp.ts'
import { controlPlaneGroup } from '../../../kube/api/cluster.ts'
import { answering } from './machine.ts'

/** What kubeadm asks of a control plane. */
const controlPlaneNeeds = { cpus: 2, memoryBytes: 1700 * 2 ** 20 }
const warnDays = 30

/** Each of two hosts that show the same, with what they show. */
export function twins(shown: readonly (readonly [host: string, value: string])[]): readonly string[] {
  const owners = new Map<string, string>()
  return shown.flatMap(([host, value]) => {
    const owner = owners.get(value)
    owners.set(value, owner ?? host)
    return owner === undefined || value === '' ? [] : [`${owner} and ${host} (${value})`]
  })
}

async function factsOf(run: Run): Promise<readonly (readonly [string, HostFacts])[]> {
  return Promise.all(answering(run).map(async host => [host, await (await run.session(host)).facts] as const))
}

/** What on the hosts that answer would stop an `up`, beyond what its roles refuse by themselves (clocks, disks, systems). */
export const hostChecks: readonly Check[] = [
  {
    id: 'distinct',
    title: 'The hosts are machines of their own',
    async look(run) {
      const facts = await factsOf(run)
      if (facts.length === 0) return nobody
      const ids = twins(facts.map(([host, { machineId }]) => [host, machineId]))
      const anew = 'Give the copies ids of their own: rm /etc/machine-id && systemd-machine-id-setup, then reboot.'
      expect(ids.length === 0, `copies of one machine, by /etc/machine-id: ${ids.join(', ')}`, anew)
      const addresses = twins(
        facts.flatMap(([host, { addresses }]) =>
          addresses.filter(isOutside).map(({ address }) => [host, address] as const),
        ),
      )
      expect(
        addresses.length === 0,
        `one address twice: ${addresses.join(', ')}`,
        'Give each host an address of its own.',
      )
      return counted(facts.length, 'machine')
    },
  },
  {
    id: 'size',
    title: 'The control plane is large enough',
    async look(run) {
      const facts = (await factsOf(run)).filter(([host]) => run.lab.groups.get(controlPlaneGroup)?.includes(host))
      const [first] = facts
      if (first === undefined) return nobody
      const [host, { cpus, memoryBytes }] = first
      const has = `${host} has ${counted(cpus, 'processor')} and ${Math.round(memoryBytes / 2 ** 20)} MiB`
      const small = cpus < controlPlaneNeeds.cpus || memoryBytes < controlPlaneNeeds.memoryBytes
      const ignored = run.lab.vars[controlPlaneGroup]?.ignorePreflightErrors
      const next =
        'Give it 2 processors and 1,700 MiB; kubeadm refuses less, unless ignorePreflightErrors names NumCPU and Mem.'
      expect(!small || ignored !== undefined, has, next)
      return has
    },
  },
  {
    id: 'keys',
    title: 'Keys and certificates on the hosts are in force',
    async look(run) {
      const hosts = answering(run)
      if (hosts.length === 0) return nobody
      const found = (await Promise.all(hosts.map(host => endsOn(run, host)))).flat()
      const [soonest] = [...found].sort((one, other) => one.days - other.days)
      if (soonest === undefined) return 'none is there yet'
      const said = `${soonest.path} on ${soonest.host} ${soonest.days < 0 ? 'has ended' : `ends in ${Math.floor(soonest.days)} days`}`
      const next = soonest.path.endsWith('.crt')
        ? `Renew it on ${soonest.host}: kubeadm certs renew all, then restart the control plane's pods.`
        : 'up fetches the key anew where its publisher has prolonged it; another one is set by the variables of upstream.'
      expect(soonest.days > (soonest.path.endsWith('.crt') ? warnDays : 0), said, next)
      return said
    },
  },
]

const nobody = 'no host runs that could be asked'

/** Of the networks that pods and bridges bring along, every host has the same. */
const isOutside = ({ interface: name }: { interface: string }): boolean =>
  !/^(cni|flannel|docker|virbr|br-|veth|lo)/.test(name)

const readKeys = `
for file in /etc/kubernetes/pki/*.crt /etc/kubernetes/pki/etcd/*.crt /etc/apt/keyrings/*; do
  if [ -r "$file" ]; then echo "file $file"; base64 -w0 "$file"; echo; fi
done`

interface End {
  readonly host: string
  readonly path: string
  readonly days: number
}

/** When what lies on a host ends; nothing of what never does, or is not what it seems. */
async function endsOn(run: Run, host: string): Promise<readonly End[]> {
  const answer = await run.reach().readOn(host, readKeys)
  if (answer.is !== 'present') return []
  const lines = answer.state.split('\n')
  return lines.flatMap((line, i) => {
    const path = line.match(/^file (.+)$/)?.[1]
    if (path === undefined) return []
    const content = Buffer.from(lines[i + 1] ?? '', 'base64')
    return daysOf(path, content).map(days => ({ host, path, days }))
  })
}

/** Days until the end. */
export function daysOf(path: string, content: Buffer, now = new Date()): readonly number[] {
  try {
    if (path.endsWith('.crt')) return [daysLeft(content.toString(), now)]
    const keyring = content.includes('-----BEGIN') ? content.toString() : content
    return expiries(keyring).map(end => (end.getTime() - now.getTime()) / 86_400_000)
  } catch {
    return []
  }
}
