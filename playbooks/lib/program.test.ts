import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { isPlain } from './program.mjs'

const playbooks = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'program-'))
afterAll(() => rmSync(folder, { recursive: true }))

const written = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

describe('a playbook', () => {
  it('of ours brings no TypeScript of its own', () => {
    const names = readdirSync(playbooks).filter(name => name.endsWith('.mjs'))
    expect(names.length).toBeGreaterThan(6)
    expect(names.filter(name => !isPlain(join(playbooks, name)))).toEqual([])
  })

  it('is told from one that does, or may', () => {
    const ours = join(playbooks, 'lib/playbook.mjs')
    const plain = (text: string) =>
      isPlain(written('it.mjs', `import { playbook } from ${JSON.stringify(ours)}\n${text}`))
    written('helper.mjs', "export { x } from './deep.mjs'\n")
    written('deep.mjs', "import './it.mjs'\nexport const x = 1\n")
    written('typed.mjs', "import { a } from './a.ts'\n")
    expect(plain('// from "./role.ts"\n/** @type {import("./role.ts").A} */')).toBe(true)
    expect(plain("import { readFile } from 'node:fs/promises'\nimport { $ } from 'zx'")).toBe(true)
    expect(plain("import { x } from './helper.mjs'")).toBe(true)
    expect(plain("const { work } = await import('./role.ts')")).toBe(false)
    expect(plain("import './typed.mjs'")).toBe(false)
    expect(plain("await import(name + '.mjs')")).toBe(false)
    expect(plain("import './nowhere.mjs'")).toBe(false)
    expect(isPlain(join(folder, 'none.mjs'))).toBe(false)
  })
})

describe('the program', () => {
  const home = { ...process.env, XDG_CACHE_HOME: join(folder, 'cache'), XDG_STATE_HOME: join(folder, 'state') }
  async function run(file: string): Promise<{ status: number; output: string }> {
    const child = spawn(process.execPath, [file, '--json'], { env: home, stdio: ['ignore', 'pipe', 'ignore'] })
    let output = ''
    child.stdout.on('data', chunk => {
      output += chunk
    })
    const [status] = (await once(child, 'close')) as [number]
    return { status, output: output.replace(/"(at|seconds|memoryBytes)":[^,}]*/g, '') }
  }
  const status = join(playbooks, 'status.mjs')
  const cache = () => {
    const [checkout = ''] = readdirSync(join(folder, 'cache/andamio/program')).filter(name => name !== 'gone')
    const path = join(folder, 'cache/andamio/program', checkout, 'current.json')
    return { path, manifest: JSON.parse(readFileSync(path, 'utf8')) as { folder: string; inputs: [string, string][] } }
  }

  it('is made once of its sources, and does what they do', async () => {
    const first = await run(status)
    const made = cache().manifest
    expect(readdirSync(made.folder)).toContain('playbook.mjs')
    expect(made.inputs.map(([path]) => path)).toContain(join(playbooks, 'lib/playbook.ts'))
    expect(await run(status)).toEqual(first)
    expect(cache().manifest.folder).toBe(made.folder)
    // With words that make it one that is loaded from its sources.
    const fromSources = written(
      'status.mjs',
      `${readFileSync(status, 'utf8').replace("'./lib/", `'${playbooks}lib/`)}\nasync () => import('./a.ts')\n`,
    )
    expect(isPlain(fromSources)).toBe(false)
    expect(await run(fromSources)).toEqual(first)
  })

  it('is made again when a source has changed, or what is written of it makes no sense', async () => {
    const { path, manifest } = cache()
    const checkouts = dirname(dirname(path))
    for (const name of ['1-old', `${Date.now()}-young`]) mkdirSync(join(dirname(path), name))
    mkdirSync(join(checkouts, 'gone'))
    writeFileSync(join(checkouts, 'gone/current.json'), JSON.stringify({ root: join(folder, 'no-checkout') }))
    const [[source = ''] = [], ...others] = manifest.inputs
    writeFileSync(path, JSON.stringify({ ...manifest, inputs: [[source, '1 2 3 4'], ...others] }))
    const expected = await run(status)
    expect(cache().manifest.folder).not.toBe(manifest.folder)
    expect(readdirSync(checkouts)).not.toContain('gone')
    expect(readdirSync(dirname(path)).filter(name => /-(old|young)$/.test(name))).toEqual([
      expect.stringMatching(/young/),
    ])
    writeFileSync(path, '{')
    expect(await run(status)).toEqual(expected)
    expect(cache().manifest.inputs.length).toBe(manifest.inputs.length)
  })
})
