import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { CallTool } from '../tool/call-tool.ts'
import { VagrantClient } from './client.ts'
import { exitsWith, VagrantStandIn } from './testing/stand-in.ts'
import { troubles } from './troubles.ts'

let project: string
let there: VagrantStandIn
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'vagrant-'))
  there = new VagrantStandIn(project, { cp: { state: 'not_created' }, worker1: { state: 'not_created' } })
})
afterEach(() => rm(project, { recursive: true }))

const call: CallTool = async (_, { args, env }) => {
  const elsewhere = env?.VAGRANT_CWD !== project && args[0] === 'status'
  const { code, stdout, stderr } = elsewhere ? there.elsewhere : there.answer(args)
  return { code, stdout: Buffer.from(stdout), stderr }
}
const client = () => new VagrantClient(project, undefined, undefined, call)
const calls = (words: string) => there.calls.filter(call => call.startsWith(words))

const missing = [
  ['NoDefaultProvider', 'No usable default provider could be found for your system.\n\nVagrant relies on'],
  ['ProviderNotFound', "The provider 'libvirt' could not be found, but was requested to\nback the machine 'one'."],
  [
    'ProviderNotUsable',
    "The provider 'virtualbox' that was requested to back the machine\n'one' is reporting that it isn't",
  ],
] as const

it.each(missing)('foresees that there is no hypervisor, and makes nothing: %s', async (name, words) => {
  there.elsewhere = exitsWith(name, words)
  const cause = expect.stringContaining(`${name}: ${words.split('\n')[0]?.replace(/\.$/, '')}`)
  const next = expect.stringMatching(/VirtualBox.*libvirt.*--inventory local/)
  const failure = expect.objectContaining({ code: 'hypervisor-missing', cause, next })
  expect(await troubles(client(), [])).toEqual([failure])
  expect(there.calls).toEqual(['--version'])
  there.elsewhere = exitsWith('HomeDirectoryNotAccessible', 'The home directory you specified is not accessible.')
  expect(await troubles(client(), [])).toMatchObject([{ code: 'tool-failed' }])
})

it('makes machines together, and says which of them it was that could not be made', async () => {
  const one = client()
  await Promise.all(['cp', 'worker1'].map(name => one.up(name)))
  expect(calls('up')).toEqual(['up cp worker1 --machine-readable'])
  there.upFailsOf = { name: 'cp', told: exitsWith('VMBootTimeout', 'Timed out while waiting for the machine to boot.') }
  const both = await Promise.allSettled(['cp', 'worker1'].map(name => one.up(name)))
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
  expect(calls('up').slice(1)).toEqual(
    ['up cp worker1', 'up cp', 'up worker1'].map(each => `${each} --machine-readable`),
  )
})
