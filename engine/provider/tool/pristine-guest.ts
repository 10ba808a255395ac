import type { Json } from '../../report/events.ts'
import type { Answer } from '../../resource/resource.ts'
import { pristineAnswer } from '../local/pristine.ts'

/** By no image is it told how far a machine's clock is from ours. */
export const neverOfAnImage = /^assertion clock /

/** Kinds that a first boot of Debian 12, where they were recorded, and one of any other image answer alike. */
const alike = ['apt-repository', 'assertion', 'nfs-export']
/** Assertions that every image meets, but for those of disks, whose size is the maker's. */
const ofDisks = /^(disk|free space) /
/** What makers of images put into some of them: a client of NFS for folders that are shared, and homes. */
const perhaps =
  /^(nfs-common|rpcbind\.service|nfs-mountd\.service|\/etc\/nfs\.conf\.d(\/.*)?|\/(home|opt|root)(\/.*)?)$/

/**
 * What is sure of a machine that does not exist yet and will be made of a published image of Debian 12 or Ubuntu 24.04,
 * although nobody has recorded one: what the lab brings is not there, nor who publishes it known. All else (packages that
 * some images have, swap, modules, settings, names) is not known until a first machine of that image was there.
 */
export function pristineGuest(host: string, kind: string, id: string): Answer<Json> | undefined {
  if (perhaps.test(id) || ofDisks.test(id)) return undefined
  const answer = pristineAnswer(host, kind, id)
  return answer?.is === 'absent' || alike.includes(kind) ? answer : undefined
}
