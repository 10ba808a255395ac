import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadInventory } from './load.ts'

const builtinFolder = fileURLToPath(new URL('../../inventory', import.meta.url))
let cwd = ''
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'inventory-'))
})
afterEach(() => rm(cwd, { recursive: true }))

/** The variables that these inventories set; which there are is the roles' to say, and held by the playbooks' tests. */
const roleVars = { 'control-plane': { ignorePreflightErrors: [] }, 'file-manager': { variant: '' } }
const load = (name: string) => loadInventory(name, { cwd, builtinFolder, roleVars })

describe('loading', () => {
  it('finds an inventory by name', async () => {
    const lab = await load('static')
    expect(lab).toMatchObject({ provider: 'static', source: 'upstream', settings: { user: 'debian' } })
    expect(lab.groups.get('cluster')).toEqual(['cp', 'worker1', 'worker2', 'worker3'])
  })

  it('takes every inventory that comes with the project', async () => {
    const names = (await readdir(builtinFolder)).map(file => file.replace(/\.yaml$/, ''))
    expect(names).toEqual(expect.arrayContaining(['local', 'static']))
    for (const name of names) {
      const { groups } = await load(name)
      expect([...groups.keys()]).toEqual(
        expect.arrayContaining(['control-plane', 'workers', 'storage', 'registry', 'cluster']),
      )
    }
  })

  it('finds one by path, and names it by that path', async () => {
    await writeFile(join(cwd, 'mine.yaml'), 'lab: Mine\nprovider: static\nhosts: { a: { address: 192.0.2.1 } }\n')
    await expect(load('./mine.yaml')).rejects.toMatchObject({ exit: 64, failure: { place: 'mine.yaml:1:6' } })
  })

  it.each([
    ['statik', 'inventory-not-found', 'did you mean static?'],
    ['./gone.yaml', 'inventory-not-found', 'Check the path, or name one that comes with the project: '],
    ['gone.txt', 'inventory-not-found', 'Check the path, or name one that comes with the project: '],
  ])('refuses %s', async (name, code, next) => {
    await expect(load(name)).rejects.toMatchObject({ exit: 64, failure: { code, next: expect.stringContaining(next) } })
  })

  it('names one that lies elsewhere by the path that was given', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'elsewhere-'))
    const path = join(elsewhere, 'theirs.yaml')
    await writeFile(path, 'lab: Theirs\n')
    const error = await load(path)
      .finally(() => rm(elsewhere, { recursive: true }))
      .catch(error => error)
    expect(error).toMatchObject({ failure: { place: `${path}:1:1` } })
  })

  it('refuses a folder, and says what to name in its place', async () => {
    await expect(load(`${cwd}/`)).rejects.toMatchObject({
      exit: 64,
      failure: {
        code: 'inventory-unreadable',
        message: expect.stringContaining('is a folder'),
        next: expect.stringMatching(/^Name a file in it, or .*local/),
      },
    })
  })

  it('takes a path through a file for one that is not there', async () => {
    await writeFile(join(cwd, 'file'), '')
    await expect(load('file/mine.yaml')).rejects.toMatchObject({ failure: { code: 'inventory-not-found' } })
  })
})
