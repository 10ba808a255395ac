import type { Connection } from '../../engine/connection/connection.ts'
import type { Lease } from '../../engine/play/lease.ts'
import { LeaseRefused } from '../../engine/resource/permission.ts'
import { leaseOver } from './operators.ts'
import { equal, holds } from './proof.ts'
import { randomFrom } from './random.ts'

/**
 * So many races, each of 2 to 5 operators that ask within 50 ms of each other. Gives how many had not exactly one
 * winner; fails on a loser that is not told who won, and on a token that does not rise.
 */
export async function races(count: number, connections: readonly Connection[], seed: number): Promise<number> {
  const random = randomFrom(seed)
  let unfair = 0
  let last = 0
  for (let race = 0; race < count; race++) {
    const runners = connections.slice(0, 2 + Math.floor(random() * 4)).map((connection, lane) => {
      const name = `race-${race}-lane-${lane}`
      return { name, lease: leaseOver(connection, name), delay: random() * 50 }
    })
    const ends = await Promise.all(runners.map(({ lease, delay }) => ask(lease, delay)))
    const winners = runners.filter((_, lane) => typeof ends[lane] === 'number')
    if (winners.length !== 1) unfair++
    for (const end of ends) {
      if (typeof end === 'number') {
        holds(end > last, `the token rises: ${end} after ${last}`)
        last = end
      } else equal(end.failure.message.includes(`a race by ${winners[0]?.name}, since `), true, end.failure.message)
    }
    for (const { lease } of winners) await lease.release()
  }
  return unfair
}

/** The token that was won, or why none was. */
async function ask(lease: Lease, delay: number): Promise<number | LeaseRefused> {
  await new Promise(resolve => setTimeout(resolve, delay))
  try {
    const permit = await lease.permit()
    holds(permit !== undefined, 'a host that is there gives or refuses')
    return permit.token
  } catch (error) {
    if (error instanceof LeaseRefused && error.failure.code === 'lease-held') return error
    throw error
  }
}
