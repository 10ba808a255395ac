import { expiryFrom, isDue } from './expiry.ts'
import type { HostWish } from './host-wish.ts'
import type { Ec2Lab } from './lab.ts'
import { mustShow } from './must-show.ts'
import { atEndTag, expiresTag, tagList } from './tags.ts'

/** Gives a host its time anew where it is due; takes its end from it where the inventory has none. */
export async function correctExpiry(lab: Ec2Lab, { name: host, expiry }: HostWish, id: string): Promise<void> {
  const { account } = lab
  const seen = (await account.instances.now()).find(one => one.id === id)
  if (!seen || !isDue(seen.expires, seen.atEnd, expiry, account.clock.now())) return
  lab.endMoved.add(host)
  // Before the tags: what they say is then so.
  const Value = expiry?.atEnd ?? 'stop'
  if (seen.atEnd !== expiry?.atEnd)
    await account.call('modifyInstanceAttribute', api =>
      api.modifyInstanceAttribute({ InstanceId: id, InstanceInitiatedShutdownBehavior: { Value } }),
    )
  const expires = expiry && expiryFrom(account.clock.now(), expiry.hours)
  if (expiry && expires !== undefined) {
    const Tags = tagList({ [expiresTag]: expires, [atEndTag]: expiry.atEnd })
    await account.call('createTags', api => api.createTags({ Resources: [id], Tags }))
  } else {
    const Tags = [{ Key: expiresTag }, { Key: atEndTag }]
    await account.call('deleteTags', api => api.deleteTags({ Resources: [id], Tags }))
  }
  await mustShow(
    lab,
    account.instances,
    now => now.some(one => one.id === id && one.expires === expires),
    `end of ${id}`,
  )
}
