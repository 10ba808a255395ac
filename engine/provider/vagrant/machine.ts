import { setTimeout as pause } from 'node:timers/promises'
import { AndamioError } from '../../errors.ts'
import type { Emit } from '../../report/events.ts'
import { onOperator } from '../../resource/operator.ts'
import { type Answer, absent, present, type Resource, unknown } from '../../resource/resource.ts'
import { didYouMean } from '../../suggest.ts'
import type { Patience } from '../tool/patience.ts'
import type { VagrantClient } from './client.ts'
import { standingOf } from './status.ts'

/** In the word of the machine's own provider: `running`, `poweroff` ... */
export type MachineState = { readonly state: string }

export interface VagrantMachineWish {
  readonly host: string
  /** Its name in the Vagrantfile. */
  readonly machine: string
  readonly client: VagrantClient
  /** Whether Vagrant has ever made anything here: else nobody needs to be asked. */
  readonly begun: () => boolean
  /** Told when the machine was made, and not started only. */
  readonly made?: () => void
  readonly emit: Emit
  readonly signal?: AbortSignal | undefined
  readonly patience?: Patience | undefined
}

/** A machine that runs. */
export function vagrantMachine(wish: VagrantMachineWish): Resource<MachineState, undefined> {
  return {
    kind: 'vagrant-machine',
    id: wish.host,
    probe: onOperator(async () => {
      const answer = await look(wish)
      if (answer.is !== 'present' || standingOf(answer.state) !== 'unclear') return answer
      return unknown(`Vagrant says of its state: ${answer.state.state}`)
    }),
    diff(is) {
      const before = is.is === 'present' ? is.state.state : null
      return before === 'running' ? [] : [{ attribute: 'state', before, after: 'running' }]
    },
    async apply(_, is) {
      await untilItRuns(wish)
      if (is.is === 'absent') wish.made?.()
    },
  }
}

/** The same machine, gone with its disk. Only of a project of our own. */
export function noVagrantMachine(wish: VagrantMachineWish): Resource<MachineState, undefined> {
  return {
    kind: 'vagrant-machine',
    id: wish.host,
    probe: onOperator(() => look(wish)),
    diff: is => (is.is === 'absent' ? [] : [{ attribute: 'state', before: is.state.state, after: null }]),
    apply: () => wish.client.destroy(wish.machine),
  }
}

async function look({ machine, client, begun }: VagrantMachineWish): Promise<Answer<MachineState>> {
  if (!begun()) return absent
  const found = (await client.machines()).get(machine)
  return found === undefined || standingOf(found) === 'absent' ? absent : present({ state: found.state })
}

async function untilItRuns({ host, machine, client, emit, signal, patience }: VagrantMachineWish): Promise<void> {
  const { limit, every } = patience ?? { limit: 300, every: 3 }
  let began = performance.now()
  let told = false
  for (;;) {
    const machines = await client.machines(true)
    const found = machines.get(machine)
    if (found === undefined) throw noSuchMachine(host, machine, [...machines.keys()])
    const stands = standingOf(found)
    if (stands === 'running') return
    const seconds = (performance.now() - began) / 1000
    if (stands === 'on its way' && seconds < limit) {
      const detail = `it is ${found.state}`
      emit({ type: 'wait', host, what: `machine ${machine} to run`, detail, limitSeconds: limit, seconds })
      await pause(every * 1000, undefined, { signal })
    } else if (told || stands === 'on its way') throw didNotRun(host, machine, found.state)
    else {
      emit({ type: 'wait', host, what: `vagrant up ${machine}`, limitSeconds: 3600, seconds: 0 })
      await client.up(machine)
      told = true
      began = performance.now()
    }
  }
}

export const noSuchMachine = (host: string, machine: string, machines: readonly string[]): AndamioError => {
  const alike = machines.find(name => name !== machine && name.toLowerCase() === machine.toLowerCase())
  return new AndamioError({
    code: 'machine-unknown',
    message: `The Vagrantfile has no machine ${machine}`,
    place: host,
    cause: alike ? `there is ${alike}, which differs by the case of its letters` : `it has: ${machines.join(', ')}`,
    next: `Say in the inventory which machine is ${host}: ${host}: { machine: ${alike ?? 'NAME'} }; ${didYouMean(machine, machines, 'there are')}`,
  })
}

const didNotRun = (host: string, machine: string, state: string): AndamioError =>
  new AndamioError({
    code: 'machine-did-not-run',
    message: `The machine of ${host} does not run after vagrant up`,
    place: `machine ${machine}`,
    cause: `its provider says: ${state}`,
    next: 'Look at its console in the hypervisor, or at `vagrant up --debug` in its folder; then run again.',
  })
