import { type Check, expect } from '../../../engine/play/checks.ts'
import { clientDoes, listed } from './client.ts'
import { canStart, rebootHosts, settled, startHosts, stopHost } from './hosts.ts'
import { downloadsAll } from './kept.ts'
import { nodeOf, podRef, podsOf, readyPods, shown } from './pods.ts'
import { until } from './until.ts'
import type { Visit } from './visit.ts'
import { writerOf } from './writer.ts'

/** For a pod on a node that is gone to be given up, and another to serve: 50 s, a minute, and what starting takes. */
const limitSeconds = 420
const rounds = 5

/** A21: a worker is stopped; by way of any other node every file is still to be had. */
export const workerLost = (visit: Visit): Check => ({
  id: 'S1-A21',
  title: 'A worker is stopped, and clients go on by way of others',
  async look() {
    const { run, variant } = visit
    expect(
      canStart(run),
      `a host of the provider ${run.provider.name} that is stopped could not be started again from here`,
    )
    const writer = await writerOf(run)
    const brokers = new Set((await podsOf(writer, 'broker')).map(nodeOf))
    // Without the broker nobody finds a server until another runs: there is one broker, and this is not about it.
    const victim = (await readyPods(writer, 'server')).find(pod => !brokers.has(nodeOf(pod)))
    expect(victim !== undefined, 'every server runs beside the broker')
    const worker = nodeOf(victim)
    const gone = run.reach().addressOf(worker)
    const others = visit.nodes.filter(address => address !== gone)
    const served = new Set<string>()
    let replaced: number
    try {
      await stopHost(run, worker)
      // The first of them while the cluster still takes the worker for alive.
      for (let round = 0; round < rounds; round++)
        served.add(await downloadsAll(visit, others[round % others.length] ?? '', `lost-${round}`))
      replaced = await until(run, 'a server in its place', limitSeconds, async () => {
        const ready = (await readyPods(writer, 'server')).filter(pod => nodeOf(pod) !== worker)
        return ready.length >= variant.replicas ? undefined : `${ready.length} servers are ready`
      })
      for (let round = 0; round < rounds; round++)
        served.add(await downloadsAll(visit, others[round % others.length] ?? '', `later-${round}`))
    } finally {
      await startHosts(run)
    }
    await settled(run)
    expect(served.size >= 2, `only ${[...served].join(', ')} served`)
    return `${worker} stopped with ${shown(victim)}; ${served.size} servers gave every file ${2 * rounds} times; replaced after ${replaced.toFixed(0)} s`
  },
})

/** A22: no server is left and no worker runs; when they are back, the files are too. */
export const allRestarted = (visit: Visit): Check => ({
  id: 'S1-A22',
  title: 'Files outlive all servers and a restart of all workers',
  async look() {
    const { run, variant } = visit
    const writer = await writerOf(run)
    const before = listed(await clientDoes(visit, visit.node, ['lls'], 'before'))
    const pods = await podsOf(writer, 'server')
    for (const { metadata } of pods) await writer.delete(podRef(metadata.name), metadata.uid)
    const workers = run.lab.groups.get('workers') ?? []
    await rebootHosts(run, workers)
    const seconds = await settled(run)
    await until(run, 'all servers', limitSeconds, async () => {
      const ready = await readyPods(writer, 'server')
      return ready.length === variant.replicas ? undefined : `${ready.length} servers are ready`
    })
    const after = listed(await clientDoes(visit, visit.node, ['lls'], 'after'))
    const missing = before.filter(name => !after.includes(name))
    expect(missing.length === 0, `these are gone: ${missing.join(', ')}`)
    const server = await downloadsAll(visit, visit.node, 'restarted')
    return `${pods.length} servers deleted, ${workers.join(', ')} rebooted, settled ${seconds.toFixed(0)} s later; ${after.length} files listed, all of ours whole by ${server}`
  },
})
