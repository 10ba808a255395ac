import { expect, it } from 'vitest'
import { perform } from '../../engine/play/playbook.ts'
import type { Run } from '../../engine/play/run.ts'
import type { Step } from '../../engine/play/step.ts'
import { staticProvider } from '../../engine/provider/static/static.ts'
import type { Event } from '../../engine/report/events.ts'
import { present } from '../../engine/resource/resource.ts'
import { askToRetire, retire } from './retire.ts'

/** A look at a lab whose cluster has these nodes and whose inventory has one host, `cp`. */
function look(nodes: readonly string[], make: () => readonly Step[] = () => [retire()]): Promise<readonly Event[]> {
  const reader = { list: async () => nodes.map(name => ({ metadata: { name } })) }
  const answering: Step = {
    title: 'a cluster that answers',
    ...{ roles: [], groups: [] },
    async perform(run: Run) {
      run.api = async () =>
        present({ reader, writerFor: () => undefined, roundTrips: () => 0, close: async () => undefined } as never)
    },
  }
  return eventsOf([answering, ...make()], { check: true })
}

/** What a run of a lab with one listed host tells; others that its provider has are `retired`. */
async function eventsOf(
  steps: readonly Step[],
  { check, retired = [] }: { readonly check: boolean; readonly retired?: readonly string[] },
): Promise<readonly Event[]> {
  const events: Event[] = []
  const names = ['cp']
  await perform(
    { name: 'up', steps, exclusive: false },
    {
      lab: {
        ...{ name: 'own', file: 'own.yaml', provider: 'static', settings: {}, source: 'upstream', vars: {} },
        hosts: [{ name: 'cp', groups: ['all', 'cluster'], size: { address: '192.0.2.1' }, vars: {} }],
        selected: names,
        groups: new Map([
          ['all', names],
          ['cluster', names],
        ]),
      },
      options: { playbook: 'up', check, forks: 5, yes: false },
      reporters: [{ on: event => events.push(event), close: () => undefined }],
      warnings: [],
      command: 'up',
      provider: async context => {
        const provider = staticProvider(context)
        const hosts = new Map(retired.map(name => [name, []]))
        return { ...provider, destroy: () => ({ ...provider.destroy(), hosts }) }
      },
      connect: () => () => Promise.reject(new Error('no host is asked here')),
    },
  )
  return events
}

const notices = (events: readonly Event[]) => events.flatMap(event => (event.type === 'notice' ? [event.text] : []))

it('says that a host of somebody else is no node any more and stays as it is, last of all', async () => {
  const events = await look(['cp', 'worker3'])
  expect(events.at(-1)).toMatchObject({ type: 'run.end', exit: 2 })
  expect(events.at(-2)).toMatchObject({
    type: 'notice',
    text: expect.stringMatching(/^worker3 would be taken out of the cluster, .* kubeadm reset on it\.$/),
  })
  expect(notices(events)).toHaveLength(1)
})

it('says nothing where every node is listed', async () => {
  expect(notices(await look(['cp']))).toEqual([])
})

it('asks about hosts that have left before anything is done', async () => {
  const done: string[] = []
  const work: Step = { title: 'work', roles: [], groups: [], perform: async () => void done.push('work') }
  const unasked = await eventsOf([askToRetire(), work], { check: false, retired: ['worker3'] })
  expect(unasked.at(-1)).toMatchObject({
    ...{ type: 'run.end', exit: 64 },
    failure: { code: 'cannot-ask', cause: expect.stringContaining('worker3') },
  })
  expect(done).toEqual([])
  await eventsOf([askToRetire(), work], { check: true, retired: ['worker3'] })
  await eventsOf([askToRetire(), work], { check: false })
  expect(done).toEqual(['work', 'work'])
})

it('lets those that leave be served until they have left, and only where somebody leaves', async () => {
  const seen: string[] = []
  const step = (title: string): Step => ({
    ...{ title, roles: [], groups: [] },
    perform: async run => {
      seen.push(`${title}: ${run.view('cp').lab.fact('nodes that leave').value ?? 'none leave'}`)
    },
  })
  const plays = () => [askToRetire(), step('export'), retire(step('narrow'))]
  await look(['cp', 'worker3'], plays)
  expect(seen.splice(0)).toEqual(['export: kept', 'narrow: kept'])
  await look(['cp'], plays)
  expect(seen.splice(0)).toEqual(['export: none leave'])
  await eventsOf(plays(), { check: true, retired: ['worker3'] })
  expect(seen).toEqual(['export: kept', 'narrow: kept'])
})
