import { expect, it } from 'vitest'
import { Run } from '../../../engine/play/run.ts'
import { labOf, strictProvider } from '../../../engine/play/testing/lab.ts'
import { machineChecks } from './machine.ts'

it('says of everything that stands against the hosts what to do, and each only once', async () => {
  const against = [
    { code: 'a', message: 'No subnet', cause: 'it is elsewhere', next: 'Name another.' },
    { code: 'b', message: 'No image', next: 'Leave it out.' },
    { code: 'b', message: 'No type', next: 'Leave it out.' },
  ]
  const run = new Run({
    options: { playbook: 'doctor', check: true, forks: 5, yes: false },
    ...{ lab: labOf([]), provider: { ...strictProvider({}), foresee: async () => against }, stateFolder: '/nowhere' },
    ...{ emit: () => undefined, signal: new AbortController().signal },
    connect: () => Promise.reject(new Error('no host is connected to')),
  })
  await expect(machineChecks.find(({ id }) => id === 'provider')?.look(run)).rejects.toMatchObject({
    message: 'No subnet: it is elsewhere; No image; No type',
    next: 'Name another. Leave it out.',
  })
})
