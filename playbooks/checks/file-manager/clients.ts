import { type Check, expect } from '../../../engine/play/checks.ts'
import { clientDoes, listed } from './client.ts'
import type { Visit } from './visit.ts'

/** A10 to A14: the real client, as its user works with it on this machine. */
export function clientChecks(visit: Visit): readonly Check[] {
  const [first, ...others] = visit.files.map(({ name }) => name)
  return [
    {
      id: 'S1-A10',
      title: 'A client connects by way of every node',
      async look() {
        const told: string[] = []
        for (const address of visit.nodes) told.push(`${address} -> ${(await clientDoes(visit, address, [])).server}`)
        return told.join(', ')
      },
    },
    {
      id: 'S1-A11',
      title: 'ls lists the files of this machine',
      async look() {
        const { events } = await clientDoes(visit, visit.node, ['ls'])
        const here = events.flatMap(({ type, where, name }) => (type === 'file' && where === 'here' ? [name] : []))
        expect(sameNames(here, [first, ...others]), here.join(', ') || 'nothing is listed')
        return here.join(', ')
      },
    },
    {
      id: 'S1-A12',
      title: 'lls lists the files of the server',
      async look() {
        const there = listed(await clientDoes(visit, visit.node, ['lls']))
        return there.length === 0 ? 'none yet' : some(there)
      },
    },
    {
      id: 'S1-A13',
      title: 'A file is uploaded, and listed then',
      look: () => uploads(visit, [first ?? '']),
    },
    {
      id: 'S1-A14',
      title: 'So are the others',
      look: () => uploads(visit, others),
    },
  ]
}

/** Uploads some, then expects all files of the visit up to these in the list. */
async function uploads(visit: Visit, names: readonly string[]): Promise<string> {
  const ended = await clientDoes(visit, visit.node, [...names.map(name => `upload ${name}`), 'lls', 'exit'])
  const done = ended.events.filter(({ type, outcome }) => type === 'transfer.end' && outcome === 'done')
  expect(
    sameNames(
      done.map(({ name }) => name),
      names,
    ),
    `uploaded ${done.map(({ name }) => name).join(', ')}`,
  )
  const all = visit.files.map(({ name }) => name)
  const wanted = all.slice(0, all.indexOf(names.at(-1) ?? '') + 1)
  const there = listed(ended)
  expect(
    wanted.every(name => there.includes(name)),
    `${wanted.join(', ')} should be listed; what is: ${some(there)}`,
  )
  return `${names.join(', ')} by ${ended.server}; listed: ${some(there)}`
}

const sameNames = (a: readonly (string | undefined)[], b: readonly (string | undefined)[]): boolean =>
  JSON.stringify([...a].sort()) === JSON.stringify([...b].sort())

/** Some of many names. */
export const some = (names: readonly string[]): string =>
  names.length <= 6 ? names.join(', ') || 'none' : `${names.slice(-5).join(', ')} and ${names.length - 5} more`
