import { expect, it } from 'vitest'
import { kernelArguments } from './command-line.ts'

it('tells the kernel its memory, processors, disks and the card on its own cable', () => {
  const words = kernelArguments({ lab: 'lab', host: 'a-rather-long-host-name', memory: '2G', cpus: 2 })
  expect(words).toContain('mem=2G')
  expect(words).toContain('ncpus=2')
  expect(words).toContain('ubd0=disk.img')
  expect(words.find(word => word.startsWith('vec0:'))).toMatch(
    /^vec0:transport=raw,ifname=c-a-rath-[0-9a-f]{6},depth=64,mac=02:[0-9a-f:]{14}$/,
  )
  expect(words).toContain('umid=lab-a-rather-long-host-name')
})

it('holds no path, which could hold a comma or a blank', () => {
  const words = kernelArguments({ lab: 'lab', host: 'cp', memory: '3G', cpus: 1 })
  expect(words.filter(word => word.includes('/'))).toEqual(['root=/dev/ubda'])
})
