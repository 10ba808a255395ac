import { expect, it } from 'vitest'
import type { Reach } from '../../engine/resource/probe.ts'
import { present } from '../../engine/resource/resource.ts'
import { cluster } from './cluster.ts'

/** A control plane's host without an admin.conf. */
const reach = (takesPart: boolean): Reach =>
  ({ hostsOf: () => ['cp'], readOn: async () => present('\n'), takesPart: () => takesPart }) as unknown as Reach

it('is not there before its control plane is made, and nobody knows of it when this run will not make it', async () => {
  expect(await cluster.open(reach(true))).toEqual({ is: 'absent' })
  expect(await cluster.open(reach(false))).toEqual({
    is: 'unknown',
    why: 'until cp, which is outside --limit, is a control plane',
  })
})
