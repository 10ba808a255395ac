import { expect, test } from 'vitest'
import { Late } from '../../engine/resource/late.ts'
import { absent } from '../../engine/resource/resource.ts'
import { kubeadmInit } from './init.ts'
import { kubeadmJoin } from './join.ts'
import { strangeAddress } from './own-address.ts'

const late = <T>(value: T | undefined) => new Late('something', () => value)
const node = (address: string | undefined, own: readonly string[] | undefined) => ({
  ...{ host: 'cp', address: late(address), own: late(own) },
})
const never = { change: () => false }

test('an address that the host does not have is refused before kubeadm waits for it', () => {
  expect(strangeAddress(node('192.0.2.1', ['10.0.0.7', '10.244.0.1']))).toEqual({
    code: 'address-not-own',
    message: '192.0.2.1 is none of the addresses of cp',
    place: 'cp',
    cause: 'it has 10.0.0.7, 10.244.0.1; a kubelet takes no other',
    next: 'Say by `internal` in the inventory which of them the other hosts reach.',
  })
  const strange = { ...node('192.0.2.1', ['10.0.0.7']), lab: 'lab', takeOver: false }
  const init = kubeadmInit({ ...strange, podSubnet: '10.244.0.0/16', certSANs: [], ignorePreflightErrors: [] })
  const join = kubeadmJoin({ ...strange, apiAddress: late('10.0.0.1') })
  expect(init.refuse?.(absent, never)).toMatchObject({ code: 'address-not-own' })
  expect(join.refuse?.(absent, never)).toMatchObject({ code: 'address-not-own' })
})

test('of a host that has not answered yet, or is known by another sort of address, nothing is', () => {
  expect(strangeAddress(node('10.0.0.7', ['10.0.0.7']))).toBeUndefined()
  expect(strangeAddress(node(undefined, ['10.0.0.7']))).toBeUndefined()
  expect(strangeAddress(node('10.0.0.7', undefined))).toBeUndefined()
  expect(strangeAddress(node('2001:db8::1', ['10.0.0.7']))).toBeUndefined()
})
