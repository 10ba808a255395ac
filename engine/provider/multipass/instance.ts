import { setTimeout as pause } from 'node:timers/promises'
import { AndamioError } from '../../errors.ts'
import type { Emit } from '../../report/events.ts'
import { onOperator } from '../../resource/operator.ts'
import { type Answer, absent, present, type Resource, unknown } from '../../resource/resource.ts'
import { readPrivateKey, readPublicKey } from '../lab/keys.ts'
import { type LabLayout, labLayout } from '../lab/layout.ts'
import type { Patience } from '../tool/patience.ts'
import type { MultipassClient } from './client.ts'
import { cloudConfig } from './cloud-config.ts'
import { drawName, recordedName, recordName } from './record.ts'
import { type Standing, standingOf, wordsOf } from './standing.ts'

/** In Multipass's own words: `running`, `suspended` ... */
export type InstanceState = { readonly state: string }

export interface InstanceWish {
  readonly lab: string
  readonly host: string
  readonly stateFolder: string
  readonly release: string
  readonly cpus: number
  readonly memory: string
  readonly disk: string
  /** That the host's address is to be in. */
  readonly network: string | undefined
  readonly client: MultipassClient
  /** Told when the instance was launched, and not started only. */
  readonly made?: () => void
  readonly emit: Emit
  readonly signal?: AbortSignal | undefined
  readonly patience?: Patience | undefined
}

/** An instance that runs and has an address. */
export function multipassInstance(wish: InstanceWish): Resource<InstanceState, undefined> {
  const { host, release, cpus, memory, disk, stateFolder, network, client } = wish
  const lab = labLayout(stateFolder)
  return {
    kind: 'multipass-instance',
    id: host,
    probe: onOperator(async () => {
      const stands = await look(wish, lab)
      if (stands === undefined) return absent
      if (stands.is === 'unclear') return unknown(stands.why)
      return present({ state: stands.is === 'startable' ? stands.state : stands.is })
    }),
    diff(is) {
      const before = is.is === 'present' ? is.state.state : null
      if (before === 'running') return []
      const made = { release, cpus, memory, disk }
      const sizes = Object.entries(made).map(([attribute, after]) => ({ attribute, before: null, after }))
      return [{ attribute: 'state', before, after: 'running' }, ...(before === null ? sizes : [])]
    },
    async apply(_, is) {
      const layout = lab.host(host)
      const name = recordedName(layout) ?? drawName(wish.lab, host)
      recordName(layout, name)
      const userData = () =>
        cloudConfig({
          host,
          login: readPublicKey(lab.loginKey),
          hostKey: { private: readPrivateKey(layout.hostKey), public: readPublicKey(layout.hostKey) },
        })
      await untilItRuns(wish, name, () => client.launch({ name, release, cpus, memory, disk, userData: userData() }))
      if (is.is === 'absent') wish.made?.()
    },
  }

  async function untilItRuns({ emit, signal, patience }: InstanceWish, name: string, launch: () => Promise<void>) {
    const { limit, every } = patience ?? { limit: 900, every: 2 }
    let began = performance.now()
    const told = new Map<string, unknown>()
    /** Its service goes on when the program gives up: what becomes of the instance tells more than the program's status. */
    const once = async (what: string, act: () => Promise<void>, otherwise: () => AndamioError) => {
      if (told.has(what)) throw told.get(what) ?? otherwise()
      emit({ type: 'wait', host, what: `multipass ${what} of ${name}`, limitSeconds: 1800, seconds: 0 })
      told.set(what, await act().catch((error: unknown) => error))
      signal?.throwIfAborted()
      began = performance.now()
    }
    for (;;) {
      const instance = (await client.list(true)).get(name)
      const stands = instance && standingOf(instance, network)
      if (stands?.is === 'running') return
      const seconds = (performance.now() - began) / 1000
      const inVain = () => (stands ? didNotRun(host, name, stands, limit) : vanished(host, name))
      if (stands === undefined) await once('launch', launch, inVain)
      else if (stands.is === 'deleted') await once('recover', () => client.recover(name), inVain)
      else if (stands.is === 'startable') await once('start', () => client.start(name), inVain)
      else if (seconds > limit) throw [...told.values()].find(Boolean) ?? inVain()
      else {
        // What a program that has given up complained of is why the wait may be in vain.
        const complaints = [...told].flatMap(([what, error]) =>
          error instanceof AndamioError ? [`multipass ${what}: ${error.failure.cause ?? error.message}`] : [],
        )
        const detail = [stands.why, ...complaints].join('; ')
        emit({ type: 'wait', host, what: `instance ${name} to run`, detail, limitSeconds: limit, seconds })
        await pause(every * 1000, undefined, { signal })
      }
    }
  }
}

/** The same instance, gone for good; never one whose name we have not drawn. */
export function noMultipassInstance({
  host,
  stateFolder,
  client,
}: Pick<InstanceWish, 'host' | 'stateFolder' | 'client'>): Resource<InstanceState, undefined> {
  const layout = labLayout(stateFolder).host(host)
  return {
    kind: 'multipass-instance',
    id: host,
    probe: onOperator(async (): Promise<Answer<InstanceState>> => {
      const name = recordedName(layout)
      const instance = name === undefined ? undefined : (await client.list()).get(name)
      return instance === undefined ? absent : present({ state: instance.state })
    }),
    diff: is => (is.is === 'absent' ? [] : [{ attribute: 'state', before: is.state.state, after: null }]),
    async apply() {
      const name = recordedName(layout)
      if (name !== undefined) await client.purge(name)
    },
  }
}

async function look({ host, network, client }: InstanceWish, lab: LabLayout): Promise<Standing | undefined> {
  const name = recordedName(lab.host(host))
  if (name === undefined) return undefined
  const instance = (await client.list()).get(name)
  return instance && standingOf(instance, network)
}

type Waiting = Exclude<Standing, { is: 'running' }>

const vanished = (host: string, name: string): AndamioError =>
  new AndamioError({
    code: 'instance-did-not-run',
    message: `Multipass launched ${host}, and does not list it`,
    place: `instance ${name}`,
    cause: 'multipass launch ended well, and multipass list has no instance of that name',
    next: 'Somebody else may have removed it. Run again.',
  })

const didNotRun = (host: string, name: string, stands: Waiting, limit: number): AndamioError =>
  new AndamioError({
    code: 'instance-did-not-run',
    message: `The instance of ${host} does not come to run, with an address, within ${limit} s`,
    place: `instance ${name}`,
    cause: wordsOf(stands),
    next: `See \`multipass info ${name}\`. Without an address: a VPN or firewall of this machine may stand between, or \`multipass restart ${name}\` helps.`,
  })
