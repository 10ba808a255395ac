import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'

it('is that of this process alone, not of the one that started it', () => {
  const module = new URL('./peak-memory.ts', import.meta.url).href
  const child = `const { peakMemory } = await import(${JSON.stringify(module)}); console.log(peakMemory())`
  const large = `
    import { spawnSync } from 'node:child_process'
    const held = Buffer.alloc(400e6, 1)
    const { stdout } = spawnSync(process.execPath, [...process.execArgv, '--input-type=module', '-e', ${JSON.stringify(child)}])
    console.log(Number(stdout), held.length)`
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', large], {
    encoding: 'utf8',
  })
  const [peak = 0] = stdout.split(' ').map(Number)
  expect(peak, stderr).toBeGreaterThan(20e6)
  expect(peak).toBeLessThan(300e6)
})
