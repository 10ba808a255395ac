import type { Clock } from '../../../engine/provider/ec2/clock.ts'
import { child, type Element, items, keep, textOf } from './xml.ts'

interface Move {
  readonly from: string
  readonly until: number
}

const codes: Readonly<Record<string, string>> = { pending: '0', 'shutting-down': '32', stopping: '64' }

/**
 * What the proxy knows that moto does not: what is not shown yet, which instances are still on their way into the state
 * that moto has them in at once, and who uses a security group.
 */
export class Memory {
  readonly #clock: Clock
  readonly #shownAt = new Map<string, number>()
  readonly #moves = new Map<string, Move>()
  /** Security groups of each instance that has not ended. */
  readonly #uses = new Map<string, readonly string[]>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  hide(id: string, seconds: number): void {
    this.#shownAt.set(id, this.#clock.now() + seconds * 1000)
  }

  isHidden(id: string): boolean {
    return (this.#shownAt.get(id) ?? 0) > this.#clock.now()
  }

  moves(id: string, from: string, seconds: number): void {
    this.#moves.set(id, { from, until: this.#clock.now() + seconds * 1000 })
  }

  uses(instance: string, groups: readonly string[]): void {
    this.#uses.set(instance, groups)
  }

  /** An instance that uses a security group and has not ended. */
  userOf(group: string): string | undefined {
    return [...this.#uses].find(
      ([id, groups]) => groups.includes(group) && this.#stateNow(id, '') !== 'terminated',
    )?.[0]
  }

  /** The instance will have ended when its move is over. */
  ends(id: string, seconds: number): void {
    this.moves(id, 'shutting-down', seconds)
    const groups = this.#uses.get(id)
    this.#ended.add(id)
    if (groups) this.#uses.set(id, groups)
  }

  readonly #ended = new Set<string>()

  #stateNow(id: string, said: string): string {
    const move = this.#moves.get(id)
    if (move && move.until > this.#clock.now()) return move.from
    return this.#ended.has(id) ? 'terminated' : said
  }

  /** A list of instances as AWS would show it now. */
  showInstances(answer: Element): void {
    const reservations = child(answer, 'reservationSet')
    for (const reservation of items(answer, 'reservationSet')) {
      keep(child(reservation, 'instancesSet'), item => !this.isHidden(textOf(item, 'instanceId')))
      for (const item of items(reservation, 'instancesSet')) this.showInstance(item)
    }
    keep(reservations, item => items(item, 'instancesSet').length > 0)
  }

  showInstance(item: Element): void {
    const state = this.#stateNow(textOf(item, 'instanceId'), textOf(item, 'instanceState', 'name'))
    const shown = child(item, 'instanceState')
    if (!shown || !(state in codes)) return
    for (const part of shown.children) part.text = part.name === 'code' ? (codes[state] ?? '') : state
    // An address of the internet is there with the running instance.
    if (state === 'pending') item.children = item.children.filter(({ name }) => name !== 'ipAddress')
  }
}
