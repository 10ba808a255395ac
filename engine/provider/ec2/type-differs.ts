import type { HostWish } from './host-wish.ts'
import type { Ec2Lab } from './lab.ts'
import { isAlive } from './seen.ts'

/**
 * What of its type in the inventory an instance does not have, and how it comes to it: a sentence each. One that had to
 * take another type that the inventory allows has what it wants. Asks for nothing that the run does not know already.
 */
export async function typeDiffers(
  { account, journal }: Ec2Lab,
  wishes: readonly HostWish[],
  up: string,
): Promise<readonly string[]> {
  const mine = (await account.instances.now()).filter(one => isAlive(one) && one.lab === journal.id)
  return wishes.flatMap(({ name, type, otherTypes }) => {
    const seen = mine.find(({ host }) => host === name)
    if (seen === undefined || [type, ...otherTypes].includes(seen.type)) return []
    const where = `--region ${account.region}`
    return [
      `${name} stays ${seen.type}; the inventory says ${type}. To change it, with its disk kept: ` +
        `aws ec2 stop-instances ${where} --instance-ids ${seen.id} - and when it has stopped: ` +
        `aws ec2 modify-instance-attribute ${where} --instance-id ${seen.id} --instance-type Value=${type} && ${up}`,
    ]
  })
}
