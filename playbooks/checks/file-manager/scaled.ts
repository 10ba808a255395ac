import { type Check, expect } from '../../../engine/play/checks.ts'
import type { ClusterWriter } from '../../../kube/api/writer.ts'
import { meetServer, namesBy } from './connections.ts'
import { deploymentOf, podsOf, readyPods, shown, standingOf } from './pods.ts'
import { attempts } from './replaced.ts'
import { until } from './until.ts'
import type { Visit } from './visit.ts'
import { writerOf } from './writer.ts'

const replicas = 5
const limitSeconds = 300

/** A23: more servers see the same files; then they are as many as before. */
export const scaled = (visit: Visit): Check => ({
  id: 'S1-A23',
  title: `${replicas} servers see the same files, and are ${visit.variant.replicas} again`,
  async look() {
    const writer = await writerOf(visit.run)
    const before = new Set((await podsOf(writer, 'server')).map(({ metadata }) => metadata.uid))
    let saw: string
    try {
      await scale(visit, writer, replicas)
      const newcomers = (await readyPods(writer, 'server')).filter(({ metadata }) => !before.has(metadata.uid))
      const wanted = visit.files.map(({ name }) => name)
      for (const { metadata } of newcomers) {
        const listed = await meetServer(visit, metadata.name, attempts, namesBy)
        const missing = wanted.filter(name => !listed.includes(name))
        expect(missing.length === 0, `${metadata.name} does not list ${missing.join(', ')}`)
      }
      saw = `${await standingOf(writer, 'server')}; ${newcomers.map(shown).join(' and ')} list the same files`
      // One by one: who goes is who has most beside it, and for several at once those are counted only once. The two that
      // came to a node without any would both go, and leave others crowded elsewhere.
      for (let wanted = replicas - 1; wanted >= visit.variant.replicas; wanted--) await scale(visit, writer, wanted)
    } catch (error) {
      await writer.patch(deploymentOf('server'), { spec: { replicas: visit.variant.replicas } })
      throw error
    }
    return `${saw}; then ${await standingOf(writer, 'server')}`
  },
})

async function scale({ run }: Visit, writer: ClusterWriter, wanted: number): Promise<void> {
  await writer.patch(deploymentOf('server'), { spec: { replicas: wanted } })
  await until(run, `${wanted} servers`, limitSeconds, async () => {
    const [all, ready] = await Promise.all([podsOf(writer, 'server'), readyPods(writer, 'server')])
    return all.length === wanted && ready.length === wanted
      ? undefined
      : `${ready.length} of ${wanted} servers are ready`
  })
}
