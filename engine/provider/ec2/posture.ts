import type { Change } from '../../report/events.ts'
import type { HostWish } from './host-wish.ts'
import { type Ec2Lab, ours } from './lab.ts'
import { mustShow } from './must-show.ts'
import type { RunningState } from './running-state.ts'

/** Answers of an instance to its own programs: only to those who ask with a token, and not to pods behind a bridge. */
const safeMetadata = 'tokens required, hops 1'

/** What of an instance's safety is not as it must be. */
export const posture = ({ groups }: HostWish, is: RunningState): readonly Change[] => {
  const wished = [...groups].sort()
  const same = wished.join() === is.groups.join()
  return [
    ...(same ? [] : [{ attribute: 'security groups', before: is.groups, after: wished }]),
    ...(is.metadata === safeMetadata ? [] : [{ attribute: 'metadata', before: is.metadata, after: safeMetadata }]),
  ]
}

export async function correctPosture(lab: Ec2Lab, wish: HostWish, id: string): Promise<void> {
  const { account } = lab
  const [instances, known] = await Promise.all([account.instances.now(), account.groups.now()])
  const seen = instances.find(one => one.id === id)
  if (!seen) return
  const Groups = wish.groups.flatMap(group => ours(lab, known).find(one => one.group === group)?.id ?? [])
  const sameGroups = [...Groups].sort().join() === [...seen.groups].sort().join()
  const safe = seen.metadata.tokens === 'required' && seen.metadata.hops === 1
  if (!sameGroups)
    await account.call('modifyInstanceAttribute', api => api.modifyInstanceAttribute({ InstanceId: id, Groups }))
  if (!safe) {
    const options = { InstanceId: id, HttpTokens: 'required', HttpPutResponseHopLimit: 1 } as const
    await account.call('modifyInstanceMetadataOptions', api => api.modifyInstanceMetadataOptions(options))
  }
  if (sameGroups && safe) return
  const corrected = (one: (typeof instances)[number]) =>
    [...one.groups].sort().join() === [...Groups].sort().join() &&
    one.metadata.tokens === 'required' &&
    one.metadata.hops === 1
  const shows = (now: typeof instances) => now.some(one => one.id === id && corrected(one))
  await mustShow(lab, account.instances, shows, `safety of instance ${id}`)
}
