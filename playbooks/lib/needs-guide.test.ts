import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { loadInventory } from '../../engine/inventory/load.ts'
import { gigabytes, inBytes } from '../../engine/provider/lab/sizes.ts'
import { neededFor } from '../../engine/provider/local/room.ts'
import * as roles from './roles.ts'

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

/** What the embedded default takes, as `up` itself reckons it. */
const lab = await loadInventory('local', {
  cwd: '/',
  builtinFolder: fileURLToPath(new URL('../../inventory', import.meta.url)),
  roleVars: Object.fromEntries(Object.values(roles).map(({ name, vars }) => [name, vars])),
})
const given = lab.hosts.map(({ size }) => inBytes(String(size.memory)))
const { memory, disk } = neededFor(given)

it('says everywhere what must be free for the embedded default', () => {
  const [needed, most] = [[memory, disk].map(gigabytes), gigabytes(given.reduce((sum, bytes) => sum + bytes, 0))]
  expect(read('inventory/local.yaml').replaceAll(/\n# /g, ' ')).toContain(
    `for the hosts ${needed[0]} of memory and ${needed[1]} of disk that are free`,
  )
  const guide = read('docs/inventory.md')
  expect(guide).toMatch(new RegExp(`^\\| memory of the five hosts \\| ${needed[0]} \\| .* \\| ${most}, `, 'm'))
  expect(guide).toMatch(new RegExp(`^\\| their disks \\| ${needed[1]} \\| `, 'm'))
  expect(guide).toContain('55 % of the memory')
  expect(neededFor([100]).memory).toBeCloseTo(55)
  expect(gigabytes(neededFor([0]).disk)).toBe(gigabytes(2.5e9))
})

it('asks of a machine no less than that', () => {
  const [, least = '', room = ''] = /(\d+) GiB of memory, (\d+) GiB of disk/.exec(read('README.md')) ?? []
  expect(Number(least) * 2 ** 30).toBeGreaterThan(memory + 2 ** 30)
  expect(Number(room) * 2 ** 30).toBeGreaterThan(disk + 2 ** 30)
  expect(read('docs/inventory.md')).toContain(`${least} GiB of memory and ${room} GiB of disk`)
})
