import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AndamioError } from '../../../engine/errors.ts'
import { ask } from '../../../engine/resource/ask.ts'
import { convergeList } from '../../../engine/resource/converge-list.ts'
import { Late } from '../../../engine/resource/late.ts'
import type { Reach } from '../../../engine/resource/probe.ts'
import { type AnyResource, present } from '../../../engine/resource/resource.ts'
import { cluster } from '../../../kube/api/cluster.ts'
import type { ObjectRef } from '../../../kube/api/objects.ts'
import { manifestsOf } from '../../../kube/manifest/folders.ts'
import { pruned } from '../../../kube/manifest/prune.ts'
import { type ControlPlane, startControlPlane } from '../../real-control-plane.ts'
import { holds } from '../proof.ts'

export const root = mkdtempSync(join(tmpdir(), 'andamio-manifests-'))
export const waits: string[] = []
export let controlPlane: ControlPlane
export let session: Awaited<ReturnType<typeof open>>
let address: string | undefined

const reach = (adminConf: () => string): Reach => ({
  lab: 'lab',
  stateFolder: root,
  hostsOf: () => ['cp'],
  addressOf: () => '127.0.0.1',
  readOn: async () => present(adminConf()),
  takesPart: () => true,
  tunnelTo: () => undefined,
  mayWrite: async () => undefined,
  waiting: (_, what, __, detail) => waits.push(`${what}: ${detail}`),
  signal: new AbortController().signal,
})

export async function open(adminConf: () => string) {
  const answer = await cluster.open(reach(adminConf))
  holds(answer.is === 'present', 'the cluster is there')
  return { ...answer.state, writer: answer.state.writerFor(cluster.name) }
}

export function write(name: string, ...objects: readonly object[]): void {
  mkdirSync(join(root, 'app'), { recursive: true })
  writeFileSync(join(root, 'app', name), objects.map(object => JSON.stringify(object, null, 2)).join('\n---\n'))
}

const data = { address: new Late('address of nfs', () => address) }
export const list = (keepData = true): readonly AnyResource[] => {
  const { resources, refs } = manifestsOf({ lab: 'lab', folders: ['app'], data, readyLimitSeconds: 4, root })
  return [...resources, pruned({ lab: 'lab', elsewhere: ['flannel'], keep: refs, data: !keepData })]
}

/** Converges as a play does; gives `kind id: attribute` of every change. */
export async function play(resources: readonly AnyResource[], check = false): Promise<readonly string[]> {
  const seen: string[] = []
  await convergeList(
    resources,
    {
      check,
      ask: some => ask(some, { session: async () => present(session) }),
      writerFor: async () => session.writer,
      changed: new Set(),
    },
    {
      starts: () => undefined,
      ends: ({ kind, id }, { changes }) => seen.push(...changes.map(change => `${kind} ${id}: ${change.attribute}`)),
    },
  )
  return seen
}

export async function refusal(of: Promise<unknown>): Promise<AndamioError> {
  try {
    await of
  } catch (error) {
    if (error instanceof AndamioError) return error
    throw error
  }
  throw new Error('it was not refused')
}

/** What the controllers would write, were they here. */
export async function setStatus(ref: ObjectRef, status: object): Promise<void> {
  const { generation } = (await session.reader.get(ref))?.metadata ?? {}
  await session.writer.patch(ref, { status: { observedGeneration: generation ?? 1, ...status } }, 'status')
}

/** What a later step of `up` would make known. */
export function tellAddress(known: string): void {
  address = known
}

export const namespaceRef: ObjectRef = { apiVersion: 'v1', kind: 'Namespace', name: 'app' }

export async function begin(): Promise<void> {
  controlPlane = await startControlPlane('lab')
  session = await open(() => controlPlane.adminConf)
}

export async function end(): Promise<void> {
  await session?.close()
  await controlPlane?.stop()
  rmSync(root, { recursive: true })
}
