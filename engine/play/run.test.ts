import { expect, it } from 'vitest'
import { sshEndpoint } from '../connection/testing/endpoint.ts'
import type { ApiTarget } from '../resource/probe.ts'
import { present } from '../resource/resource.ts'
import { Run } from './run.ts'
import type { RunParts } from './run-parts.ts'
import { labOf, strictProvider } from './testing/lab.ts'

const unused = () => {
  throw new Error('not part of this test')
}

function runWith(connect: RunParts['connect']): Run {
  return new Run({
    options: { playbook: 'up', check: false, forks: 1, yes: true },
    lab: labOf(['cp']),
    provider: strictProvider({ cp: { is: 'running', endpoint: sshEndpoint(), address: '127.0.0.1' } }),
    stateFolder: '/none',
    emit: () => undefined,
    signal: new AbortController().signal,
    connect,
  })
}

it('an API whose opening failed is opened again, and then kept', async () => {
  let opened = 0
  const target: ApiTarget<string, string> = {
    name: 'api',
    async open() {
      if (++opened === 1) throw new Error('its time was up')
      return present({ reader: 'r', writerFor: () => 'w', roundTrips: () => 0, close: async () => undefined })
    },
  }
  const run = runWith(unused)
  await expect(run.api(target)).rejects.toThrow('its time was up')
  expect(await run.api(target)).toMatchObject({ is: 'present' })
  await run.api(target)
  expect(opened).toBe(2)
})

it('a host that could not be connected to is connected to again', async () => {
  let tried = 0
  const run = runWith(async () => {
    throw new Error(`refused ${++tried}`)
  })
  await run.find()
  await expect(run.session('cp')).rejects.toThrow('refused 1')
  await expect(run.session('cp')).rejects.toThrow('refused 2')
})
