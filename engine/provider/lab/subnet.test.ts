import { describe, expect, it } from 'vitest'
import { addressIn, allot, freeSubnet, overlaps } from './subnet.ts'

describe('a free subnet', () => {
  it('is the first one where nothing is in the way', () => {
    expect(freeSubnet(['0.0.0.0/0', '192.0.2.0/24'])).toBe('10.55.0.0/24')
  })

  it('leaves out what a route covers, whether wider, narrower or a single address', () => {
    expect(freeSubnet(['10.55.0.0/22'])).toBe('10.55.4.0/24')
    expect(freeSubnet(['10.55.0.128/25', '10.55.1.7'])).toBe('10.55.2.0/24')
    expect(freeSubnet(['10.0.0.0/8'])).toBe('172.30.0.0/24')
    expect(freeSubnet(['10.0.0.0/8', '172.16.0.0/12'])).toBe('192.168.200.0/24')
  })

  it('may be none', () => {
    expect(freeSubnet(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'])).toBeUndefined()
  })
})

it('tells overlapping networks from neighbours', () => {
  expect(overlaps('10.55.0.0/24', '10.55.0.200/32')).toBe(true)
  expect(overlaps('10.55.0.0/24', '10.55.1.0/24')).toBe(false)
})

it('counts addresses across a byte', () => {
  expect(addressIn('10.55.3.0/24', 1)).toBe('10.55.3.1')
  expect(addressIn('10.55.0.0/16', 257)).toBe('10.55.1.1')
})

describe('allotting addresses', () => {
  const subnet = '10.55.0.0/24'

  it('counts from .10 in the order of the hosts', () => {
    expect(allot(subnet, [{ name: 'cp' }, { name: 'nfs' }], {})).toEqual({ cp: '10.55.0.10', nfs: '10.55.0.11' })
  })

  it('leaves every host what it has when one is added in front', () => {
    const had = { cp: '10.55.0.10', nfs: '10.55.0.11' }
    const now = allot(subnet, [{ name: 'worker' }, { name: 'cp' }, { name: 'nfs' }], had)
    expect(now).toEqual({ ...had, worker: '10.55.0.12' })
  })

  it('gives a host the address it asks for, and nobody else', () => {
    const now = allot(subnet, [{ name: 'a' }, { name: 'b', address: '10.55.0.10' }], {})
    expect(now).toEqual({ a: '10.55.0.11', b: '10.55.0.10' })
  })

  it('does not give away the address of a host that left the inventory but still runs', () => {
    expect(allot(subnet, [{ name: 'b' }], { a: '10.55.0.10' })).toEqual({ a: '10.55.0.10', b: '10.55.0.11' })
  })

  it('says when there is none left', () => {
    const hosts = Array.from({ length: 245 }, (_, index) => ({ name: `h${index}` }))
    expect(() => allot(subnet, hosts, {})).toThrow('no address left for h244')
  })
})
