import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { circles } from './testing/circles.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Who may import whom, by top folder. A folder may always import itself. */
const houses: Readonly<Record<string, readonly string[]>> = {
  playbooks: ['roles', 'mirror', 'kube', 'engine', 'images'],
  roles: ['kube', 'engine'],
  mirror: ['kube', 'engine'],
  kube: ['engine'],
  engine: [],
  images: [],
}
/** Programs and proofs around the house: they use it, and nothing in it uses them. */
const around = ['scripts', 'test', 'bench']

/** Inside the engine: each floor may import those before it. `report` is the reporters', on which nothing rests. */
const floors = [
  'shell',
  'pki',
  'process',
  'archive',
  'connection',
  'resource',
  'resources',
  'inventory',
  'provider',
  'play',
]
/** Beneath all floors. */
const ground = ['engine/errors.ts', 'engine/suggest.ts', 'engine/report/events.ts']

const LONGEST = 250

interface Source {
  readonly path: string
  readonly text: string
  readonly imports: readonly string[]
}

/** Without comments. Strings that hold `//` lose their end, which is no matter to what is asked here. */
const code = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/.*$/gm, '$1')

const sources = await readSources()
/** Tests, and what only they use. */
const isTest = ({ path }: Source) => /\.test\.ts$|-fixture\.ts$|\/(testing|samples)\//.test(path)

async function readSources(): Promise<Source[]> {
  const found: Source[] = []
  for (const folder of [...Object.keys(houses), ...around]) {
    const files = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(() => [])
    for (const file of files) {
      if (!file.isFile() || !/\.(ts|mjs)$/.test(file.name)) continue
      const path = relative(root, join(file.parentPath, file.name))
      const text = await readFile(join(root, path), 'utf8')
      found.push({ path, text, imports: importsOf(path, text) })
    }
  }
  return found
}

/** Static, type-only and dynamic imports; relative ones as paths from the root. */
function importsOf(path: string, text: string): string[] {
  const named = [...code(text).matchAll(/(?:\bfrom|\bimport|\bimport\()\s*'([@a-z.][^'\n]*)'/g)].map(
    ([, name = '']) => name,
  )
  return named.map(name => (name.startsWith('.') ? normalize(join(dirname(path), name)) : name))
}

/** What is wrong with one file importing another; undefined when nothing is. */
function wrong(from: string, to: string): string | undefined {
  const [house = '', floor = ''] = from.split('/')
  const [otherHouse = '', otherFloor = ''] = to.split('/')
  if (!(otherHouse in houses) && !around.includes(otherHouse)) return undefined // a package, package.json
  if (around.includes(house)) return undefined
  if (house !== otherHouse)
    return houses[house]?.includes(otherHouse) ? undefined : `${house} may not import ${otherHouse}`
  if (house !== 'engine' || floor === otherFloor || ground.includes(to)) return undefined
  if (from === 'engine/architecture.test.ts') return undefined // it stands beside all floors
  if (ground.includes(from)) return 'the ground rests on nothing'
  if (floor === 'report') return 'reporters import events and nothing else'
  const [own, other] = [floors.indexOf(floor), floors.indexOf(otherFloor)]
  if (own < 0) return `engine/${floor} has no floor of its own`
  if (other < 0) return `engine/${otherFloor} is not for others`
  return other < own ? undefined : `${floor} lies beneath ${otherFloor}`
}

describe('the house', () => {
  it('has arrows that point one way', () => {
    const against = sources.flatMap(({ path, imports }) =>
      imports.flatMap(to => {
        const reason = wrong(path, to)
        return reason === undefined ? [] : [`${path} -> ${to}: ${reason}`]
      }),
    )
    expect(sources.length).toBeGreaterThan(50)
    expect(against).toEqual([])
  })

  it('would notice an arrow that points back', () => {
    expect(wrong('engine/shell/quote.ts', 'engine/connection/connection.ts')).toBe('shell lies beneath connection')
    expect(wrong('engine/play/play.ts', 'engine/resource/late.ts')).toBeUndefined()
    expect(wrong('kube/versions.ts', 'roles/base/role.ts')).toBe('kube may not import roles')
    expect(wrong('engine/report/pretty.ts', 'engine/play/play.ts')).toBe('reporters import events and nothing else')
    expect(wrong('engine/resource/late.ts', 'engine/report/pretty.ts')).toBe('engine/report is not for others')
    expect(importsOf('a/b.ts', "import type { X } from '../c.ts'\n// from './no.ts'\nawait import('./d.ts')")).toEqual([
      'c.ts',
      'a/d.ts',
    ])
  })

  it('has no files that import each other, not even for a type', () => {
    expect(circles(new Map(sources.map(({ path, imports }) => [path, imports])))).toEqual([])
  })

  it('would notice files that import each other, directly or through others', () => {
    const imports = { a: ['b', 'x'], b: ['c', 'd'], c: ['a'], d: ['e'], e: ['e'], f: ['a'], g: ['h'], h: ['g', 'gone'] }
    expect(circles(new Map(Object.entries(imports)))).toEqual([['e'], ['a', 'b', 'c'], ['g', 'h']])
  })

  it('has no file that ought to be two', () => {
    const long = sources
      .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > LONGEST)
    expect(long).toEqual([])
  })

  it('has an engine that knows no Kubernetes', () => {
    const words = /kube|etcd|flannel|coredns|containerd/i
    const knowing = sources
      .filter(source => source.path.startsWith('engine/') && !isTest(source))
      .flatMap(({ path, text }) => {
        const line = code(text)
          .split('\n')
          .find(line => words.test(line))
        return line === undefined ? [] : [`${path}: ${line.trim()}`]
      })
    expect(knowing).toEqual([])
  })

  it('says of every package why it is there', async () => {
    const { dependencies, devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
    const told = await readFile(join(root, 'docs/dependencies.md'), 'utf8')
    const rows = [...told.matchAll(/^\| `([^`]+)` \|(?:[^|]+\|){3}$/gm)].map(([, name = '']) => name)
    expect(rows.sort()).toEqual(Object.keys({ ...dependencies, ...devDependencies }).sort())
  })

  it('imports no package that it does not name', async () => {
    const { dependencies, devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
    const packageOf = (name: string) =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/')
    const unnamed = sources.flatMap(source => {
      const known = isTest(source) ? { ...dependencies, ...devDependencies } : dependencies
      return source.imports
        .filter(name => !/^node:|\.(ts|mjs)$|\.json$/.test(name) && !(packageOf(name) in known))
        .map(name => `${source.path}: ${name}`)
    })
    expect(unnamed).toEqual([])
  })

  it('explains every error code, and none that is not there', async () => {
    const told = await readFile(join(root, 'docs/errors.md'), 'utf8')
    const explained = [...told.matchAll(/^## ([a-z0-9-]+)$/gm)].map(([, name = '']) => name)
    const used = new Set<string>()
    for (const source of sources) {
      if (isTest(source) || /^(test|bench|scripts)\//.test(source.path)) continue
      for (const [, name = ''] of code(source.text).matchAll(/\bcode: '([a-z][a-z0-9-]+)'/g)) used.add(name)
    }
    expect([...used].filter(name => !explained.includes(name))).toEqual([])
    expect(explained.filter(name => !sources.some(({ text }) => text.includes(name)))).toEqual([])
    expect(new Set(explained).size).toBe(explained.length)
  })
})
