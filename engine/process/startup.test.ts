import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import type { Stretch } from '../report/events.ts'
import { startup } from './startup.ts'

const source = new URL('./startup.ts', import.meta.url).href
const project = fileURLToPath(new URL('../..', import.meta.url))

const program = `
performance.mark('andamio called')
performance.mark('andamio loaded')
const { startup } = await import(${JSON.stringify(source)})
process.stdout.write(JSON.stringify([await startup(), await startup(), performance.now() / 1000]))
`

/** As npx does it: under its own name, through a shell. */
const asNpx = (name: string): string => `
process.title = ${JSON.stringify(name)}
const { spawnSync } = await import('node:child_process')
const args = [process.execPath, '--import', 'tsx', '--input-type=module', '--eval', ${JSON.stringify(program)}]
spawnSync('sh', ['-c', '"$@"; exit $?', 'sh', ...args], { stdio: 'inherit' })
`

function told(name: string): readonly [readonly Stretch[], readonly Stretch[], number] {
  const script = ['--input-type=module', '--eval', asNpx(name)]
  return JSON.parse(execFileSync(process.execPath, script, { cwd: project, encoding: 'utf8' }))
}

it('tells what a program has spent on its start, npx included, and tells it once', () => {
  const [first, second, lived] = told('npm exec zx playbooks/up.mjs')
  expect(first.map(({ what }) => what)).toEqual(['npx', 'Node and zx', 'loading the program', 'reading the inventory'])
  const [npx, ...own] = first.map(({ seconds }) => seconds)
  // Node alone takes longer to start than a clock tick.
  expect(npx).toBeGreaterThan(0)
  const sum = own.reduce((all, one) => all + one, 0)
  expect(sum).toBeGreaterThan(0.01)
  expect(sum).toBeLessThan(lived)
  expect(second).toEqual([])
})

it('tells of no npx where there is none, and of nothing outside a program', async () => {
  expect(told('make')[0].map(({ what }) => what)).not.toContain('npx')
  expect(await startup()).toEqual([])
})
