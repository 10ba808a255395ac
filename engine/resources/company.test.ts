import { beforeEach, expect, it } from 'vitest'
import { ask } from '../resource/ask.ts'
import type { Verdict } from '../resource/converge.ts'
import { convergeList } from '../resource/converge-list.ts'
import { type AnyResource, present, type Resource } from '../resource/resource.ts'
import { HostWriterOverSsh } from '../resource/writer.ts'
import { sh } from '../shell/sh.ts'
import { directory } from './directory.ts'
import { file } from './file.ts'
import { usePrivateRoot } from './private-root-fixture.ts'

const root = usePrivateRoot()
beforeEach(() => root().sh('rm -rf /srv/*'))

/** Converges a list as a play does; tells what came of each, in order, and how often the host was given something. */
async function converge(list: readonly AnyResource[], check = false) {
  const { connection, writer } = root()
  const verdicts: [string, Verdict][] = []
  const before = connection.roundTrips
  const session = () => Promise.reject(new Error('no API here'))
  const ended = await convergeList(
    list,
    {
      check,
      changed: new Set(),
      ask: resources => ask(resources, { host: connection, session }),
      writerFor: async (_, company) =>
        new HostWriterOverSsh({ connection, facts: writer.facts, signal: writer.signal, emit, writerOf, company }),
    },
    { starts: () => undefined, ends: ({ id }, verdict) => verdicts.push([id, verdict]) },
  ).then(
    () => undefined,
    error => error.failure,
  )
  return { verdicts, failure: ended, roundTrips: connection.roundTrips - before }
}

const emit = (): void => undefined
const writerOf = () => Promise.reject(new Error('no other target here'))

const files = (count: number, own: (at: number) => { mode?: string; owner?: string } = () => ({})): AnyResource[] =>
  Array.from({ length: count }, (_, at) => file({ path: `/srv/many/${at}`, content: `content of ${at}`, ...own(at) }))

const many = (count: number): AnyResource[] => [
  directory({ path: '/srv/many' }),
  ...files(count, at => ({ mode: at % 3 === 0 ? '0600' : '0644', owner: at % 2 === 0 ? 'daemon' : 'root' })),
]

it('costs as many round trips for many files as for a few', async () => {
  const few = await converge(many(2))
  await root().sh('rm -r /srv/many')
  const hundred = await converge(many(100))
  expect(hundred.failure).toBeUndefined()
  expect(hundred.roundTrips).toBe(few.roundTrips)
  expect(await root().sh('cat /srv/many/99; stat -c " %a %U" /srv/many/99 /srv/many/98')).toBe(
    'content of 99 600 root\n 644 daemon',
  )
})

const tree = (owner = 'daemon'): AnyResource[] => [
  directory({ path: '/srv/many', mode: '0750', owner: 'daemon' }),
  directory({ path: '/srv/many/within', mode: '2770', owner }),
  directory({ path: '/srv/other/deep' }),
  ...files(3),
]

it('makes directories on the way, however many', async () => {
  const few = await converge(many(2))
  await root().sh('rm -r /srv/many')
  const { failure, roundTrips, verdicts } = await converge(tree())
  expect(failure).toBeUndefined()
  expect(roundTrips).toBe(few.roundTrips)
  expect(verdicts.every(([, { outcome }]) => outcome === 'changed')).toBe(true)
  expect(
    await root().sh('stat -c "%a %U" /srv/many /srv/many/within /srv/other /srv/other/deep; cat /srv/many/2'),
  ).toBe('750 daemon\n2770 daemon\n755 root\n755 root\ncontent of 2')
  const again = await converge(tree())
  expect(again.verdicts.map(([, { outcome }]) => outcome)).toEqual(tree().map(() => 'ok'))
  expect(again.roundTrips).toBe(1)
})

it('names the directory that cannot be made, and those before it are', async () => {
  const { verdicts, failure } = await converge(tree('nobody-of-that-name'))
  expect(failure).toMatchObject({ code: 'command-failed', message: expect.stringContaining('/srv/many/within failed') })
  expect(verdicts.map(([id]) => id)).toEqual(['/srv/many'])
  expect(await root().sh('ls -A /srv /srv/many')).not.toContain('.andamio')
})

it('tells of each what check mode has told', async () => {
  await root().sh('mkdir /srv/many; echo old >/srv/many/3; printf "content of 5" >/srv/many/5; chmod 644 /srv/many/5')
  const foreseen = await converge(files(9), true)
  const done = await converge(files(9))
  expect(done.failure).toBeUndefined()
  const asDone = foreseen.verdicts.map(([id, { outcome, ...rest }]) => [
    id,
    { ...rest, outcome: outcome === 'would-change' ? 'changed' : outcome },
  ])
  expect(done.verdicts).toEqual(asDone)
  expect(done.verdicts.map(([, { outcome }]) => outcome).filter(outcome => outcome === 'ok')).toHaveLength(1)
})

it('names the one that cannot be put in place, and those before it are', async () => {
  await root().sh('mkdir /srv/many')
  const { verdicts, failure } = await converge(files(5, at => (at === 2 ? { owner: 'nobody-of-that-name' } : {})))
  expect(failure).toMatchObject({ code: 'upload-failed', message: expect.stringContaining('/srv/many/2 could not') })
  expect(verdicts.map(([id, { outcome }]) => [id, outcome])).toEqual([
    ['/srv/many/0', 'changed'],
    ['/srv/many/1', 'changed'],
  ])
  expect(await root().sh('ls -A /srv/many')).toBe('0\n1')
})

it('asks again what depends on a file that went along', async () => {
  await root().sh('mkdir /srv/many; echo old | tee /srv/many/0 /srv/many/1 >/srv/copy')
  const copy: Resource<string> = {
    kind: 'copy',
    id: '/srv/copy',
    after: [{ kind: 'file', id: '/srv/many/1' }],
    probe: {
      of: 'host',
      keys: [],
      script: () => sh`cmp -s /srv/many/1 /srv/copy && echo same || echo other`,
      parse: output => present(output),
    },
    diff: is =>
      is.is === 'present' && is.state === 'same' ? [] : [{ attribute: 'is', before: 'other', after: 'same' }],
    apply: async on => void (await on.run('cp /srv/many/1 /srv/copy', { what: 'copy' })),
  }
  const { failure, verdicts } = await converge([...files(2), copy])
  expect(failure).toBeUndefined()
  expect(verdicts.map(([, { outcome }]) => outcome)).toEqual(['changed', 'changed', 'changed'])
  expect(await root().sh('cat /srv/copy')).toBe('content of 1')
})
