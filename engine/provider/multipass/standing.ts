import { overlaps } from '../lab/subnet.ts'
import type { Instance } from './instances.ts'

/** What there is to do until an instance runs and can be reached. */
export type Standing =
  | { readonly is: 'running'; readonly address: string }
  /** Nothing but to wait: Multipass is at it. */
  | { readonly is: 'on its way'; readonly why: string }
  /** It starts when it is told to. */
  | { readonly is: 'startable'; readonly state: string }
  /** In Multipass's bin, where it can be taken from. */
  | { readonly is: 'deleted' }
  /** Multipass itself does not know, or says a word that we do not know. */
  | { readonly is: 'unclear'; readonly why: string }

const underWay = ['starting', 'restarting', 'suspending']
/** `multipass start` calls a shutdown off that is still to come. */
const startable = ['stopped', 'suspended', 'delayed shutdown']

/** `network` is that of the address to take; without one it is the first, which Multipass itself gave. */
export function standingOf({ state, addresses }: Instance, network?: string): Standing {
  if (state === 'running') {
    const address = addresses.find(one => network === undefined || overlaps(network, one))
    if (address !== undefined) return { is: 'running', address }
    const others = addresses.length > 0 ? ` in ${network}, only ${addresses.join(', ')}` : ' of it'
    return { is: 'on its way', why: `it runs, and Multipass knows no address${others}` }
  }
  if (underWay.includes(state)) return { is: 'on its way', why: `it is ${state}` }
  if (startable.includes(state)) return { is: 'startable', state }
  if (state === 'deleted') return { is: 'deleted' }
  return { is: 'unclear', why: `Multipass says of its state: ${state}` }
}

/** Of an instance that is not running, for people. */
export function wordsOf(stands: Exclude<Standing, { is: 'running' }>): string {
  if (stands.is === 'startable') return `it is ${stands.state}`
  return stands.is === 'deleted' ? 'it is deleted, and not purged yet' : stands.why
}
