import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { unreachable } from '../../engine/connection/failures.ts'
import type { Run } from '../../engine/play/run.ts'
import { absent, present } from '../../engine/resource/resource.ts'
import { diagnose } from './diagnose.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'andamio-diagnose-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** A lab without a cluster, of hosts that stand so; those that run answer, except `silent`. */
function labOf(standing: Readonly<Record<string, string>>) {
  const told: string[] = []
  const paths: unknown[] = []
  const run = {
    lab: { name: 'bare', hosts: Object.keys(standing).map(name => ({ name })) },
    found: new Map(Object.entries(standing).map(([name, is]) => [name, { is }])),
    api: async () => absent,
    emit: ({ text, path }: { text: string; path?: string }) => {
      told.push(text)
      if (path !== undefined) paths.push(path)
    },
    reach: () => ({
      readOn: async (host: string) => {
        if (host === 'silent') throw unreachable(host, 'nothing listens there')
        return present(`state of ${host}`)
      },
    }),
  }
  return { run: run as unknown as Run, told, paths }
}

it('holds what a container said last before it was started again', async () => {
  const file = join(folder, 'archive.tar.gz')
  const { run } = labOf({ cp: 'running' })
  const container = (name: string, restartCount: number) => ({ name, restartCount, ready: true })
  const pod = {
    metadata: { namespace: 'kube-system', name: 'kube-controller-manager-cp' },
    status: { initContainerStatuses: [container('first', 0)], containerStatuses: [container('main', 4)] },
  }
  const reader = {
    list: async ({ kind }: { kind: string }) => (kind === 'Pod' ? [pod] : []),
    logs: async (...asked: unknown[]) => `log of ${JSON.stringify(asked.slice(2))}`,
  }
  await diagnose(file).perform({ ...run, api: async () => present({ reader }) } as unknown as Run)
  const archive = gunzipSync(await readFile(file)).toString()
  for (const [name, log] of [
    ['first.log', '["first",200,{"previous":false}]'],
    ['main.log', '["main",200,{"previous":false}]'],
    ['main.previous.log', '["main",200,{"previous":true}]'],
  ])
    expect(archive).toMatch(
      new RegExp(
        `cluster/logs/kube-system\\.kube-controller-manager-cp\\.${name}\0[^]*?log of ${log?.replace(/[[\]{}]/g, '\\$&')}`,
      ),
    )
  expect(archive).not.toContain('first.previous')
})

it('is for its owner only, also in the place of a file that everybody may read', async () => {
  const file = join(folder, 'archive.tar.gz')
  await writeFile(file, 'old', { mode: 0o644 })
  await diagnose(file).perform(labOf({ cp: 'running' }).run)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(gunzipSync(await readFile(file)).toString()).toContain('andamio-diagnose/cluster/none.txt')
})

it('says what it wrote, and of what it holds nothing', async () => {
  const file = join(folder, 'archive.tar.gz')
  const { run, told, paths } = labOf({ cp: 'running', worker1: 'absent', worker2: 'absent', silent: 'running' })
  await diagnose(file).perform(run)
  expect(told).toEqual([
    'Nothing was gathered from worker1, worker2 (absent), silent (nothing listens there), cluster (there is none)',
    expect.stringMatching(/^Wrote .*archive\.tar\.gz: \d+ files\. Look before you hand it on\.$/),
  ])
  expect(paths).toEqual([file])
  const archive = gunzipSync(await readFile(file)).toString()
  expect(archive).toContain('state of cp')
  expect(archive).toContain('hosts/silent/not-reached.txt')
})

it('writes no archive where nothing answers', async () => {
  const gathering = diagnose(join(folder, 'archive.tar.gz')).perform(labOf({ cp: 'absent', silent: 'running' }).run)
  const cause = 'nothing answers: cp (absent), silent (nothing listens there), cluster (there is none)'
  await expect(gathering).rejects.toMatchObject({ exit: 69, failure: { code: 'nothing-to-gather', cause } })
  expect(await readdir(folder)).toEqual([])
})

it('is refused where it cannot be written, before anything is gathered', async () => {
  const gathering = diagnose(join(folder, 'no', 'archive.tar.gz')).perform(labOf({ cp: 'running' }).run)
  await expect(gathering).rejects.toMatchObject({ exit: 64, failure: { code: 'file-unwritable' } })
})

it('is nothing that a checkout would take in', async () => {
  const ignored = await readFile(new URL('../../.gitignore', import.meta.url), 'utf8')
  const patterns = ignored
    .trim()
    .split('\n')
    .map(line => new RegExp(`^${line.replaceAll('.', '\\.').replaceAll('*', '.*')}$`))
  expect(patterns.some(pattern => pattern.test('andamio-bare-diagnose.tar.gz'))).toBe(true)
})
