import { oddAnswer } from '../tool/call-tool.ts'
import { readLines } from './machine-readable.ts'
import { vagrant } from './tool.ts'

/** How Vagrant has one of its machines. */
export interface Machine {
  readonly name: string
  /** `virtualbox`, `libvirt` ... */
  readonly provider: string
  /** A word of the provider's: `running`, `poweroff`, `shutoff`, `not_created` ... */
  readonly state: string
}

/** `vagrant status --machine-readable`, by name. Throws `tool-answer-odd`. */
export function readStatus(text: string): ReadonlyMap<string, Machine> {
  const machines = new Map<string, Machine>()
  for (const { target, type, data } of readLines(text)) {
    if (target === '' || !['metadata', 'provider-name', 'state'].includes(type)) continue
    const machine = machines.get(target) ?? { name: target, provider: '', state: '' }
    const [first = '', second = ''] = data
    if (type === 'state') machines.set(target, { ...machine, state: first })
    else if (type === 'provider-name') machines.set(target, { ...machine, provider: first })
    else if (first === 'provider') machines.set(target, { ...machine, provider: second })
  }
  const stateless = [...machines.values()].find(({ state }) => state === '')
  const none = machines.size === 0 ? 'it names no machine' : undefined
  const why = stateless ? `it tells no state of ${stateless.name}` : none
  if (why !== undefined) throw oddAnswer(vagrant, ['status'], why, text)
  return machines
}

export type Standing =
  | { readonly is: 'running' | 'absent' | 'startable' }
  /** Its provider is at it. */
  | { readonly is: 'on its way' }
  | { readonly is: 'unclear' }

/** Of VirtualBox, libvirt, Hyper-V, VMware, Parallels and Docker. `vagrant up` starts all of these, each in its way. */
const startable = [
  ...['poweroff', 'aborted', 'saved', 'aborted-saved', 'paused'],
  ...['shutoff', 'suspended', 'pmsuspended', 'off', 'not_running', 'stopped', 'exited'],
]
const underWay = [
  ...['starting', 'stopping', 'saving', 'restoring', 'teleporting'],
  ...['preparing', 'shutting_down', 'blocked', 'restarting', 'resuming', 'suspending'],
]

export function standingOf({ state }: Pick<Machine, 'state'>): Standing['is'] {
  if (state === 'running') return 'running'
  if (state === 'not_created') return 'absent'
  if (startable.includes(state)) return 'startable'
  return underWay.includes(state) ? 'on its way' : 'unclear'
}
