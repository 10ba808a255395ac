import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { connectLocal } from '../connection/local.ts'
import { sshEndpoint } from '../connection/testing/endpoint.ts'
import { AndamioError } from '../errors.ts'
import type { Event } from '../report/events.ts'
import { absent, type Resource } from '../resource/resource.ts'
import { Secret } from '../shell/secret.ts'
import { play } from './play.ts'
import { perform } from './playbook.ts'
import { redactEvent } from './redact-event.ts'
import { defineRole } from './role.ts'
import type { Step } from './step.ts'
import { labOf, strictProvider } from './testing/lab.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'andamio-redact-'))
  process.env.XDG_STATE_HOME = folder
})
afterEach(async () => {
  delete process.env.XDG_STATE_HOME
  await rm(folder, { recursive: true, force: true })
})

/** Every event of a run, as a program reads them with `--json`. */
async function told(step: Step): Promise<string> {
  const lines: string[] = []
  await perform(
    { name: 'test', steps: [step], exclusive: true },
    {
      lab: labOf(['a']),
      options: { playbook: 'test', check: false, diff: false, forks: 5, yes: true, takeOver: [], pruneData: false },
      reporters: [{ on: event => lines.push(JSON.stringify(event)), close: () => undefined }],
      warnings: [],
      command: 'the same again',
      provider: async () => strictProvider({ a: { is: 'running', endpoint: sshEndpoint(), address: '127.0.0.1' } }),
      connect: () => async host => connectLocal(host),
    },
  )
  return lines.join('\n')
}

it('masks what a tool prints of the secret that it was given', async () => {
  const password = new Secret('told-by-a-tool-7')
  const leaking: Resource<boolean> = {
    kind: 'leaking',
    id: 'x',
    probe: { of: 'host', keys: ['x'], script: () => 'echo', parse: () => absent },
    diff: () => [{ attribute: 'made', before: false, after: true }],
    apply: async on => {
      await on.run('{ cat; echo; } >&2; exit 9', { what: 'log in', stdin: `bad password: ${password.reveal()}` })
    },
  }
  const role = defineRole({ name: 'r', summary: '', vars: {}, resources: () => [leaking] })
  const output = await told(play('p', { on: 'all', roles: [role] }))
  expect(output).toContain('"stderr":["bad password: ***"]')
  expect(output).not.toContain('told-by-a-tool-7')
})

it('masks it in what ends a run, and in what a run says by the way', async () => {
  const token = new Secret('told-at-the-end-7').reveal()
  const output = await told({
    title: 'leak',
    roles: [],
    groups: [],
    perform: async ({ emit }) => {
      emit({ type: 'notice', level: 'info', text: `token ${token}` })
      throw new AndamioError({ code: 'leak', message: token, cause: Buffer.from(token).toString('base64') })
    },
  })
  expect(output).toContain('"text":"token ***"')
  expect(output).toContain('"failure":{"code":"leak","message":"***"')
  expect(output).not.toContain(token)
  expect(output).not.toContain(Buffer.from(token).toString('base64').slice(0, 20))
})

it('keeps the names by which reporters tell events apart, and looks into what changes', () => {
  new Secret('worker').reveal()
  const event: Event = {
    type: 'resource.end',
    at: '2026-01-01T00:00:00.000Z',
    play: 'Join the worker',
    host: 'worker',
    role: 'worker',
    kind: 'worker',
    id: '/etc/worker',
    outcome: 'changed',
    seconds: 1,
    changes: [{ attribute: 'x', before: { worker: ['worker', 7] }, after: { late: 'y' }, text: '-worker\n' }],
  }
  expect(redactEvent(event)).toEqual({
    ...event,
    id: '/etc/***',
    changes: [{ attribute: 'x', before: { '***': ['***', 7] }, after: { late: 'y' }, text: '-***\n' }],
  })
})
