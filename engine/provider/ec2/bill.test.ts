import type { Instance, Volume } from '@aws-sdk/client-ec2'
import { expect, test } from 'vitest'
import { Account } from './account.ts'
import type { Ec2Api } from './api.ts'
import { billOf } from './bill.ts'
import { realClock } from './clock.ts'
import { hostTag, idTag, labTag, tagList } from './tags.ts'

const Tags = tagList({ [labTag]: 'lab', [idTag]: 'aa', [hostTag]: 'cp' })
const on = (InstanceId: string, DeleteOnTermination = true) => [{ InstanceId, DeleteOnTermination }]

function accountWith(Instances: Instance[], Volumes: Volume[]): Account {
  const api = {
    describeInstances: async () => ({ Reservations: [{ Instances }] }),
    describeVolumes: async () => ({ Volumes }),
  } as unknown as Ec2Api
  return new Account({ lab: 'lab', region: 'us-east-1', clock: realClock, emit: () => undefined, open: () => api })
}

test('a disk of no host that is there is billed by itself, those of hosts that end are not', async () => {
  const bill = await billOf(
    accountWith(
      [
        { InstanceId: 'i-1', InstanceType: 't3.small', State: { Name: 'stopped' }, Tags },
        { InstanceId: 'i-2', InstanceType: 't3.small', State: { Name: 'shutting-down' }, Tags },
      ],
      [
        { VolumeId: 'vol-1', Size: 73, State: 'in-use', Attachments: on('i-1'), Tags },
        { VolumeId: 'vol-2', Size: 73, State: 'in-use', Attachments: on('i-2'), Tags },
        { VolumeId: 'vol-3', Size: 73, State: 'in-use', Attachments: on('i-2', false), Tags },
        { VolumeId: 'vol-4', Size: 500, State: 'available', CreateTime: new Date('2026-11-01T00:00:00Z'), Tags },
        { VolumeId: 'vol-5', Size: 500, State: 'deleting', Tags },
      ],
    ),
  )
  const month = (gibibytes: number) => (gibibytes * 0.08) / 730
  const lab = { lab: 'lab', id: 'aa' }
  expect(bill.hosts).toEqual([{ ...lab, host: 'cp', state: 'stopped', type: 't3.small', usdPerHour: month(73) }])
  expect(bill.disks).toEqual([
    { ...lab, disk: 'vol-3', gibibytes: 73, usdPerHour: month(73) },
    { ...lab, disk: 'vol-4', gibibytes: 500, since: '2026-11-01T00:00:00.000Z', usdPerHour: month(500) },
  ])
})
