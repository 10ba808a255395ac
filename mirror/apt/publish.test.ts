import { execFile } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { aptKeys } from '../apt-keys.ts'
import { buildStep } from '../build-step.ts'
import type { MirrorStep } from '../step.ts'
import { buildOptions, scratchFolder, stepOf } from '../testing/fixtures.ts'
import { buildPackage } from './build-package.ts'
import type { DebPackage } from './package.ts'
import { publish } from './publish.ts'

const run = promisify(execFile)
const cache = scratchFolder()

const greeter: DebPackage = {
  name: 'greeter',
  version: '1.2-3',
  section: 'misc',
  homepage: 'https://example.org',
  summary: 'Greets',
  depends: [],
  files: [
    { path: '/usr/bin/greet', mode: '0755', content: '#!/bin/sh\necho hello\n' },
    { path: '/etc/greeter.conf', mode: '0644', content: 'loud=no\n' },
  ],
  scripts: { postinst: '#!/bin/sh\nexit 0\n' },
}

/** A repository laid out as Docker's: a suite, a component, a pool. */
const repository: MirrorStep = stepOf({
  name: 'repository',
  needs: [aptKeys],
  build: async work => {
    const pool = 'dists/bookworm/pool'
    const file = await buildPackage(work, greeter, join(work.out, pool))
    await publish(work, {
      root: work.out,
      packages: [join(pool, file)],
      releaseFolder: 'dists/bookworm',
      indexFolder: 'stable/binary-amd64',
      release: { origin: 'test', label: 'test', suite: 'bookworm', codename: 'bookworm', components: 'stable' },
      secretKeyFile: join(work.of(aptKeys), 'docker.secret.asc'),
    })
  },
})

test('the real apt accepts the repository by its key, fetches the package, and refuses what was changed', async () => {
  const options = buildOptions(cache.path)
  const keys = await buildStep(aptKeys, options)
  const root = await buildStep(repository, options)
  const apt = await privateApt(join(keys, 'docker.asc'), root)
  await apt('update')
  await apt('download', 'greeter')
  const { stdout } = await run('dpkg-deb', ['--contents', join(cache.path, 'apt', 'greeter_1.2-3_amd64.deb')])
  expect(stdout).toMatch(/-rwxr-xr-x root\/root .* \.\/usr\/bin\/greet\n/)

  const fetched = join(cache.path, 'apt', 'greeter_1.2-3_amd64.deb')
  const published = await readFile(fetched)
  published[published.length - 1] = (published.at(-1) ?? 0) ^ 1
  await writeFile(join(root, 'dists/bookworm/pool/greeter_1.2-3_amd64.deb'), published)
  await rm(fetched)
  await expect(apt('download', 'greeter')).rejects.toThrow('Hash Sum mismatch')
})

test("another vendor's key is not trusted, and fingerprints are those of the keys", async () => {
  const options = buildOptions(cache.path)
  const keys = await buildStep(aptKeys, options)
  const apt = await privateApt(join(keys, 'kubernetes.asc'), await buildStep(repository, options))
  await expect(apt('update')).rejects.toThrow('NO_PUBKEY')
  const fingerprints = JSON.parse(await readFile(join(keys, 'fingerprints.json'), 'utf8')) as Record<string, string>
  const { stdout } = await run('gpg', ['--show-keys', '--with-colons', join(keys, 'docker.asc')])
  expect(stdout).toContain(fingerprints.docker)
  const mode = await run('stat', ['--format=%a', join(keys, 'docker.secret.asc')])
  expect(mode.stdout.trim()).toBe('600')
})

async function privateApt(key: string, root: string): Promise<(...args: string[]) => Promise<unknown>> {
  const folder = join(cache.path, 'apt')
  for (const name of ['lists/partial', 'archives/partial']) await mkdir(join(folder, name), { recursive: true })
  const source = join(folder, 'sources.list')
  await writeFile(source, `deb [signed-by=${key}] copy:${root} bookworm stable\n`)
  await writeFile(join(folder, 'status'), '')
  const settings = [
    `Dir::Etc::SourceList=${source}`,
    'Dir::Etc::SourceParts=/dev/null',
    `Dir::State::Lists=${join(folder, 'lists')}`,
    `Dir::State::status=${join(folder, 'status')}`,
    `Dir::Cache=${folder}`,
    'APT::Sandbox::User=root',
    'APT::Update::Error-Mode=any',
  ]
  const options = settings.flatMap(setting => ['-o', setting])
  return (...args) => run('apt-get', [...options, ...args], { cwd: folder, env: { ...process.env, LC_ALL: 'C' } })
}
