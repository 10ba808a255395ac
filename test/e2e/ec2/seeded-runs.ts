import { equal, figure, holds, say } from '../proof.ts'
import { type Ran, type Rig, smallLab } from './rig.ts'
import { makeNeighbours, truth } from './truth.ts'
import { type Weather, weatherOf } from './weather.ts'

interface Tally {
  duplicates: number
  orphans: number
  touched: number
  errors: number
  kills: number
  /** Calls of a seed's runs by those of a life without faults; the highest. */
  dearest: number
}

/** Up and down under each seed's weather; every fault of AWS at once, and kills between. */
export async function seededRuns(rig: Rig, from: number, count: number, inventory = smallLab): Promise<void> {
  const api = rig.account
  await rig.anew({ moveSeconds: 10 })
  const [up, down] = [await rig.up(inventory), await rig.down(inventory)]
  const plain = up.calls.length + down.calls.length
  const tally: Tally = { duplicates: 0, orphans: 0, touched: 0, errors: 0, kills: 0, dearest: 0 }
  for (let seed = from; seed < from + count; seed++) {
    const weather = weatherOf(seed, up.calls.length, down.calls.length)
    await rig.anew(weather.faults)
    await makeNeighbours(api)
    const before = await truth(api)
    const hosts = async () => (await truth(api)).hosts
    await live(rig, { inventory, weather, seed, tally, hosts })
    const after = await truth(api)
    tally.orphans += after.marked.length
    if (after.marked.length > 0) say(`seed ${seed}: left ${after.marked.join(', ')}`)
    if (after.neighbours.join() !== before.neighbours.join()) tally.touched++
    const times = rig.proxy.calls.length / plain
    if (times > 3) say(`seed ${seed}: ${rig.proxy.calls.length} calls, ${times.toFixed(2)} times`)
    tally.dearest = Math.max(tally.dearest, times)
    if (seed % 25 === 0) say(`seed ${seed}: ${JSON.stringify(tally)}`)
  }
  equal(tally.errors, 0, 'runs that failed')
  figure('seeded runs', count, { atLeast: count }, '')
  figure('kills among them', tally.kills, { atLeast: Math.floor(count / 2) }, '')
  figure('duplicates', tally.duplicates, { atMost: 0 }, '')
  figure('things left after down', tally.orphans, { atMost: 0 }, '')
  figure('times that a neighbour was touched', tally.touched, { atMost: 0 }, '')
  figure(
    'calls of the dearest seed, kills included, by those of a life without faults',
    tally.dearest,
    { atMost: 3 },
    '',
  )
}

interface Life {
  readonly inventory: string
  readonly weather: Weather
  readonly seed: number
  readonly tally: Tally
  hosts(): Promise<readonly string[]>
}

async function live(rig: Rig, { inventory, weather, seed, tally, hosts }: Life): Promise<void> {
  const judge = async (ran: Ran, what: string): Promise<void> => {
    if (ran.killed) tally.kills++
    else if (ran.error !== undefined) {
      tally.errors++
      say(`seed ${seed}, ${what}: ${JSON.stringify(ran.error)} ${(ran.error as Error).stack ?? ''}`)
    }
    const alive = await hosts()
    if (new Set(alive).size < alive.length) {
      tally.duplicates++
      say(`seed ${seed}, ${what}: ${alive.join(', ')}`)
    }
  }
  const up = await rig.up(inventory, { killAfter: weather.killUp })
  await judge(up, 'up')
  if (up.killed && weather.upAgain) {
    const again = await rig.up(inventory)
    await judge(again, 'up again')
    holds(again.error !== undefined || (await hosts()).join() === 'cp,nfs', `seed ${seed} has made both hosts`)
  }
  const down = await rig.down(inventory, { killAfter: weather.killDown })
  await judge(down, 'down')
  if (down.killed) await judge(await rig.down(inventory), 'down again')
}
