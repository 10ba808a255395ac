import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hardwareAddress, hostLinks, labNames, linkName } from './names.ts'

describe('link names', () => {
  it('are the plain name where it fits', () => {
    expect(linkName('am-', 'lab')).toBe('am-lab')
    expect(linkName('am-', 'twelve-chars')).toBe('am-twelve-chars')
    expect(hostLinks('worker1')).toEqual({ card: 'c-worker1', port: 'p-worker1' })
  })

  it('never pass what Linux allows, and tell names apart that begin alike', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,62}$/)
    fc.assert(
      fc.property(name, name, (one, other) => {
        expect(linkName('am-', one).length).toBeLessThanOrEqual(15)
        if (one !== other) expect(linkName('am-', one)).not.toBe(linkName('am-', other))
      }),
    )
    expect(linkName('am-', 'a-very-long-lab-nam1')).not.toBe(linkName('am-', 'a-very-long-lab-nam2'))
  })
})

it('gives each lab a namespace and a table of its own', () => {
  expect(labNames('my-lab')).toEqual({
    namespace: 'andamio-my-lab',
    uplink: 'am-my-lab',
    firewallTable: 'andamio_my_lab',
    tag: 'andamio:my-lab',
  })
})

it('gives a host the same card for life, another in another lab, and never a multicast one', () => {
  expect(hardwareAddress('lab', 'cp')).toBe(hardwareAddress('lab', 'cp'))
  expect(hardwareAddress('lab', 'cp')).not.toBe(hardwareAddress('other', 'cp'))
  expect(hardwareAddress('lab', 'cp')).toMatch(/^02(:[0-9a-f]{2}){5}$/)
})
