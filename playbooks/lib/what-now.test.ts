import { expect, it } from 'vitest'
import { Run } from '../../engine/play/run.ts'
import { labOf, strictProvider } from '../../engine/play/testing/lab.ts'
import type { Emit } from '../../engine/report/events.ts'
import { whatNow } from './what-now.ts'

const endpoint = { address: '192.0.2.10', port: 22, user: 'root', identityFiles: [], agent: false, jump: [] } as const
const cp = { is: 'running', address: '10.0.0.10', endpoint: { ...endpoint, knownHostsFile: 'none' } } as const

async function said(variant: string, changed: number, check = false): Promise<readonly string[]> {
  const events: Parameters<Emit>[0][] = []
  const lab = labOf(['cp'], { 'control-plane': ['cp'] })
  const run = new Run({
    lab: { ...lab, vars: { 'file-manager': { variant } }, asked: { inventory: 'my lab.yaml' } },
    provider: strictProvider({ cp }),
    options: { playbook: 'up', check, forks: 1, yes: true },
    stateFolder: '/nowhere',
    emit: event => events.push(event),
    signal: new AbortController().signal,
    connect: () => Promise.reject(new Error('no host is asked here')),
  })
  await run.find()
  for (let i = 0; i < changed; i++) run.count('cp', 'changed')
  await whatNow().perform(run)
  return events.flatMap(event => (event.type === 'notice' ? [event.text] : []))
}

it('names the commands that lead to this very lab, and the address of a node', async () => {
  expect(await said('advanced2', 1)).toEqual([
    "Next: npx zx playbooks/status.mjs --inventory 'my lab.yaml' for what is there; " +
      "npx zx playbooks/kubeconfig.mjs --inventory 'my lab.yaml' for kubectl; " +
      'npx clienteFileManager 192.0.2.10, or any other node, for the file manager.',
  ])
})

it('leaves out the file manager where there is none', async () => {
  expect((await said('none', 1)).join()).toMatch(/for kubectl\.$/)
})

it('says nothing where nothing has changed, or would', async () => {
  expect(await said('advanced2', 0)).toEqual([])
  expect(await said('advanced2', 1, true)).toEqual([])
})
