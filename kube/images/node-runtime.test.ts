import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { nodePackage } from '../versions.ts'
import { gatherNode, needRuntime } from './node-runtime.ts'

let folder: string
const { PATH: path, XDG_CACHE_HOME: cache } = process.env
const source = { name: 'demo', folder: '/nowhere', platform: 'linux/amd64' }

/** An npm of our own stands before the machine's: what comes from a registry is what matters. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'andamio-node-'))
  process.env.PATH = `${folder}:${path}`
  process.env.XDG_CACHE_HOME = join(folder, 'cache')
})
afterEach(async () => {
  process.env.PATH = path
  if (cache === undefined) delete process.env.XDG_CACHE_HOME
  else process.env.XDG_CACHE_HOME = cache
  await rm(folder, { recursive: true })
})

async function npm(script: string): Promise<void> {
  await writeFile(join(folder, 'npm'), `#!/bin/sh\n${script}\n`)
  await chmod(join(folder, 'npm'), 0o755)
}

test('a package that is not the one we know is neither used nor kept', async () => {
  await npm(`echo another >"$4/${nodePackage.name}-${nodePackage.version}.tgz"; echo "$*" >"${folder}/asked"`)
  await expect(gatherNode(source, join(folder, 'root'))).rejects.toMatchObject({
    failure: { code: 'package-altered', cause: expect.stringContaining(`instead of ${nodePackage.integrity}`) },
  })
  expect(await readdir(join(folder, 'cache/andamio/npm'))).toEqual([])
  expect((await readdir(folder)).sort()).toEqual(['asked', 'cache', 'npm'])
})

test('an npm that fails is told with what it said', async () => {
  await npm('echo "npm error code E404" >&2; exit 1')
  await expect(gatherNode(source, join(folder, 'root'))).rejects.toMatchObject({
    failure: { code: 'image-build-failed', stderr: ['npm error code E404'] },
  })
})

test('another processor is refused before anything is fetched', async () => {
  await npm('exit 1')
  await expect(needRuntime({ ...source, platform: 'linux/arm64' })).rejects.toMatchObject({
    failure: { code: 'image-platform', message: expect.stringContaining('demo') },
  })
  await expect(gatherNode({ ...source, platform: 'linux/arm64' }, join(folder, 'root'))).rejects.toMatchObject({
    failure: { code: 'image-platform', message: expect.stringContaining('demo') },
  })
})
