import type { SettingsOf } from '../../inventory/provider-fields.ts'
import { labLayout } from '../lab/layout.ts'
import type { ProviderContext } from '../provider.ts'
import { Account } from './account.ts'
import { type Ec2Api, openApi } from './api.ts'
import { type Clock, realClock } from './clock.ts'
import { Journal } from './journal.ts'
import type { Ec2Lab } from './lab.ts'
import { loginOf, answers as realAnswers } from './login.ts'
import type { OpenPort } from './ports.ts'
import { ownNetwork } from './public-address.ts'
import type { Networks } from './rules.ts'
import { vpcOf } from './vpc.ts'

export interface Ec2Parts {
  /** Everything that is open on the lab's hosts. */
  readonly table: readonly OpenPort[]
  /** Groups whose hosts hold data: at the end of the lab's time they only stop. */
  readonly keepsData?: readonly string[]
  open?(region: string): Ec2Api
  readonly clock?: Clock
  answers?: Ec2Lab['answers']
}

/** The lab that an inventory describes, in its account. Nothing is asked yet. */
export function openLab({ lab, stateFolder, emit, signal }: ProviderContext, parts: Ec2Parts): Ec2Lab {
  const settings = lab.settings as SettingsOf<'ec2'>
  const { clock = realClock, open = openApi, answers = realAnswers, table } = parts
  const asked = new Map<string, Promise<unknown>>()
  const once = <T>(what: string, ask: () => Promise<T>): Promise<T> => {
    const answer = (asked.get(what) as Promise<T> | undefined) ?? ask()
    asked.set(what, answer)
    // Who asks after a failure asks anew.
    answer.catch(() => asked.delete(what))
    return answer
  }
  const account = new Account({ lab: lab.name, region: settings.region, clock, emit, signal, open })
  const network = { vpc: settings.vpc, subnet: settings.subnet, own: settings.network, zone: settings.zones?.[0] }
  const journal = new Journal(stateFolder, clock)
  return {
    name: lab.name,
    account,
    journal,
    layout: labLayout(stateFolder),
    emit,
    signal,
    table,
    fresh: new Set(),
    endMoved: new Set(),
    groups: lab.groups,
    network,
    image: settings.image,
    hostKeys: settings.hostKeys ?? 'delivered',
    login: loginOf(settings.user ?? 'ubuntu', settings.jump),
    answers,
    vpc: () => once('vpc', () => vpcOf({ account, journal, name: lab.name, network })),
    networks: () => once('networks', () => networksOf(settings, signal)),
    once,
  }
}

/** Who is let in: whom the inventory names, else this machine alone. */
async function networksOf(
  { operators, clients }: SettingsOf<'ec2'>,
  signal: AbortSignal | undefined,
): Promise<Networks> {
  const own = operators ?? (await ownNetwork(signal))
  return { operators: own, clients: clients ?? own }
}
