import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import type { Emit } from '../../../report/events.ts'
import { labLayout } from '../../lab/layout.ts'
import { labHere } from '../../testing/lab-here.ts'
import type { CallTool } from '../../tool/call-tool.ts'
import { MultipassClient } from '../client.ts'
import { multipassProvider } from '../provider.ts'
import { recordedName } from '../record.ts'
import { type Guest, MultipassStandIn, type Remembered } from './stand-in.ts'

export const size = { memory: '2G', cpus: 2 }

/** An instance that comes to run, and to its addresses, while it is looked at. */
export const comesUp = () => ({ guest: { later: [{ state: 'Running' }, { ipv4: ['192.0.2.7', '10.244.0.1'] }] } })

/** For each test of a file: a Multipass that has no instances yet, and a lab `test` of its own that knows of none. */
export function multipassHere() {
  let folder: string
  let state: string
  let standIn: MultipassStandIn
  const stand = (instances: Record<string, Guest>, launch?: Remembered['launch']): void => {
    const behind = { boot: async () => '192.0.2.99', remove: async () => undefined }
    standIn = new MultipassStandIn({ version: '1.14.1+mac', instances, ...(launch ? { launch } : {}) }, behind)
  }
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'multipass-'))
    state = join(folder, 'state')
    stand({})
  })
  afterEach(() => rm(folder, { recursive: true }))

  const call: CallTool = async (_, { args, stdin }) => {
    const { code, stdout, stderr } = await standIn.answer(args, stdin)
    return { code, stdout: Buffer.from(stdout), stderr }
  }
  return {
    stand,
    call,
    provider: (
      hosts: Readonly<Record<string, object>> = { cp: size },
      settings = {},
      emit: Emit = () => undefined,
      patience = { limit: 5, every: 0.01 },
    ) =>
      multipassProvider(
        { ...labHere('multipass', hosts, settings, state), emit },
        { client: new MultipassClient(undefined, call), patience },
      ),
    calls: (words: string) => standIn.calls.filter(call => call.startsWith(words)),
    /** What an instance of ours is called. */
    ours: (host: string) => recordedName(labLayout(state).host(host)) ?? 'none',
    get state() {
      return state
    },
    get standIn() {
      return standIn
    },
  }
}
