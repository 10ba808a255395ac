import { type Check, expect } from '../../../engine/play/checks.ts'
import type { Pod } from '../../../kube/api/objects.ts'
import { linesOfBroker } from './broker-log.ts'
import { meetServer, namesBy } from './connections.ts'
import { podRef, podsOf, readyPods, restartsOf, shown } from './pods.ts'
import { until } from './until.ts'
import type { Visit } from './visit.ts'
import { told, visitEverySecond } from './visitor.ts'
import { mountOf } from './volume.ts'
import { writerOf } from './writer.ts'

/** For a replacement to serve. */
const limitSeconds = 180
/** How long nodes may send to a server that is gone. */
const endpointSeconds = 5
/** Connections within which every server is met, for certain. */
export const attempts = 200

/** A19 and A20: a server is deleted; another takes its place, and users hardly notice. */
export function replacement(visit: Visit): readonly Check[] {
  let newcomer: Pod | undefined
  return [
    {
      id: 'S1-A19',
      title: 'A server that is deleted is replaced at once',
      async look() {
        const replaced = await replaceOne(visit)
        newcomer = replaced.newcomer
        return replaced.saw
      },
    },
    {
      id: 'S1-A20',
      title: 'The new server has the files, and is known to the broker',
      async look() {
        expect(newcomer !== undefined, 'there is no new server')
        return knowsAll(visit, newcomer)
      },
    },
  ]
}

async function replaceOne(visit: Visit): Promise<{ readonly newcomer: Pod; readonly saw: string }> {
  const { run, variant } = visit
  const writer = await writerOf(run)
  const before = await readyPods(writer, 'server')
  const [victim, ...others] = before
  expect(victim !== undefined && before.length === variant.replicas, `${before.length} servers are ready`)
  const visitor = visitEverySecond(visit)
  let newcomer: Pod | undefined
  const ready = async () => {
    await writer.delete(podRef(victim.metadata.name), victim.metadata.uid)
    return until(run, 'another server', limitSeconds, async () => {
      const now = await readyPods(writer, 'server')
      newcomer = now.find(({ metadata }) => !before.some(old => old.metadata.uid === metadata.uid))
      return newcomer && now.length === variant.replicas ? undefined : `${now.length} servers are ready`
    })
  }
  const seconds = await ready().finally(() => visitor.stop())
  const visited = await visitor.visited
  const now = await podsOf(writer, 'server')
  const disturbed = others.filter(pod => {
    const same = now.find(({ metadata }) => metadata.uid === pod.metadata.uid)
    return same === undefined || restartsOf(same) !== restartsOf(pod)
  })
  expect(disturbed.length === 0, `${disturbed.map(shown).join(', ')} did not stay as they were`)
  expect(visited.longest <= endpointSeconds, told(visited))
  expect(newcomer !== undefined, 'there is no new server')
  const saw = `${shown(victim)} deleted, ${shown(newcomer)} ready after ${seconds.toFixed(0)} s; ${told(visited)}`
  return { newcomer, saw }
}

async function knowsAll(visit: Visit, pod: Pod): Promise<string> {
  const { name } = pod.metadata
  const mount = await mountOf(visit.run, pod)
  const wanted = visit.files.map(({ name }) => name)
  const listed = await meetServer(visit, name, attempts, namesBy)
  const missing = wanted.filter(file => !listed.includes(file))
  expect(missing.length === 0, `${name} does not list ${missing.join(', ')}`)
  const lines = await linesOfBroker(await writerOf(visit.run))
  expect(
    lines.some(line => line.includes(`server registered: ${name} `)),
    `the broker's log does not tell of ${name}`,
  )
  return `${name}: ${mount}; lists ${wanted.join(', ')}; registered at the broker`
}
