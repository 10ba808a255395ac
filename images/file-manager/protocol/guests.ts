import type { Socket } from 'node:net'
import { FileManagerError } from './errors.ts'
import type { Guest } from './guest.ts'
import { peerOf } from './peer.ts'

export interface GuestLimits {
  /** Connections that were let in, over all and of one address. */
  readonly mostGuests: number
  readonly mostOfOneAddress: number
  /** Sockets whose owner has not said who he is. */
  readonly mostStrangers: number
}

/**
 * Who is connected. Those who have proved nothing yet can never keep anybody out: when there are too many of them, the
 * one who has dawdled longest goes, for an honest client needs a few milliseconds.
 */
export class Guests {
  readonly inside: Set<Guest> = new Set()
  readonly #limits: GuestLimits
  /** By `peerOf`, in the order in which they came. */
  readonly #strangers = new Map<string, Socket>()
  readonly #unknown = new Set<Guest>()
  readonly #ofAddress = new Map<string, number>()
  #emptied: (() => void) | undefined

  constructor(limits: GuestLimits) {
    this.#limits = limits
  }

  /** A socket that has just been accepted. */
  meet(socket: Socket): void {
    const peer = peerOf(socket)
    this.#strangers.set(peer, socket)
    socket.once('close', () => {
      if (this.#strangers.get(peer) === socket) this.#strangers.delete(peer)
    })
    socket.on('error', () => socket.destroy())
    if (this.#strangers.size <= this.#limits.mostStrangers) return
    const [slowest] = this.#strangers
    this.#strangers.delete(slowest?.[0] ?? '')
    slowest?.[1].destroy()
  }

  /** One whose socket is ready and who has not said hello yet. */
  add(guest: Guest): void {
    this.#unknown.add(guest)
  }

  /** Throws `busy`. */
  letIn(guest: Guest): void {
    const ofAddress = this.#ofAddress.get(guest.address) ?? 0
    if (this.inside.size >= this.#limits.mostGuests) throw busy('there are too many connections')
    if (ofAddress >= this.#limits.mostOfOneAddress) throw busy('there are too many connections from this address')
    this.#strangers.delete(guest.peer)
    this.#unknown.delete(guest)
    this.inside.add(guest)
    this.#ofAddress.set(guest.address, ofAddress + 1)
  }

  remove(guest: Guest): void {
    this.#unknown.delete(guest)
    if (!this.inside.delete(guest)) return
    const left = (this.#ofAddress.get(guest.address) ?? 1) - 1
    if (left === 0) this.#ofAddress.delete(guest.address)
    else this.#ofAddress.set(guest.address, left)
    if (this.inside.size === 0) this.#emptied?.()
  }

  hold(held: boolean): void {
    for (const guest of [...this.#unknown, ...this.inside]) guest.connection.held = held
  }

  watch(): void {
    for (const guest of [...this.#unknown, ...this.inside]) guest.watch()
  }

  /** Those inside finish what is under way, within `grace` milliseconds; everybody else goes at once. */
  async leave(grace: number): Promise<void> {
    for (const socket of this.#strangers.values()) socket.destroy()
    const empty = new Promise<void>(resolve => {
      this.#emptied = resolve
    })
    for (const guest of [...this.inside]) guest.leave()
    if (this.inside.size === 0) return
    const late = setTimeout(() => {
      const why = new FileManagerError('shutting-down', 'this server has ended')
      for (const guest of [...this.inside]) guest.connection.destroy(why)
    }, grace)
    await empty
    clearTimeout(late)
  }
}

const busy = (message: string): FileManagerError => new FileManagerError('busy', message)
