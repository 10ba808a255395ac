import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { endOfLifeWarnings } from './end-of-life.ts'
import { images, minorOf, supports, versions } from './versions.ts'

it.each(Object.entries(versions))('%s has a version and a day on which its support ends', (_, product) => {
  expect(product.version).toMatch(/^\d+(\.\d+){0,2}$/)
  expect(new Date(product.supportEnds).toISOString().slice(0, 10)).toBe(product.supportEnds)
  expect(product.dateFrom).not.toBe('')
})

it('warns from sixty days before the last day, and says when it has passed', () => {
  const product = { thing: { version: '1.0.0', supportEnds: '2027-03-31', dateFrom: 'its makers' } }
  expect(endOfLifeWarnings(new Date('2027-01-15'), product)).toEqual([])
  expect(endOfLifeWarnings(new Date('2027-03-01'), product)).toEqual([
    expect.stringContaining('ends on 2027-03-31, in 31 days'),
  ])
  expect(endOfLifeWarnings(new Date('2027-03-31T12:00:00Z'), product)).toEqual([expect.stringContaining('in 1 days')])
  expect(endOfLifeWarnings(new Date('2027-04-02'), product)).toEqual([expect.stringContaining('ended on 2027-03-31')])
})

it('builds only from pairs that their makers test together', () => {
  const kubernetes = minorOf(versions.kubernetes.version) as keyof typeof supports.containerd
  expect(supports.containerd[kubernetes]).toContain(minorOf(versions.containerd.version))
  expect(supports.pause[kubernetes]).toBe(versions.pause.version)
  expect(Object.keys(supports.containerdConfig)).toContain(minorOf(versions.containerd.version))
  expect(images.pause).toContain(versions.pause.version)
})

it('the README names the versions that a lab is built from', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  expect(readme).toContain(`Kubernetes ${versions.kubernetes.version}, containerd ${versions.containerd.version}`)
})
