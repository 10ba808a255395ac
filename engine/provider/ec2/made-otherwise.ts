import type { HostWish } from './host-wish.ts'
import { type Ec2Lab, mine } from './lab.ts'
import { isAlive, type SeenInstance } from './seen.ts'
import { diskTag } from './tags.ts'

/**
 * What of the inventory instances do not have that were made before it said so, and how they come to it: a sentence each.
 * One that had to take another type that the inventory allows has what it wants. Asks for nothing that the run does not
 * know already.
 */
export async function madeOtherwise(
  lab: Pick<Ec2Lab, 'account' | 'journal'>,
  wishes: readonly HostWish[],
  up: string,
): Promise<readonly string[]> {
  const there = mine(lab, await lab.account.instances.now()).filter(isAlive)
  const where = `--region ${lab.account.region}`
  return wishes.flatMap(wish => {
    const seen = there.find(({ host }) => host === wish.name)
    return seen
      ? [...typeOf(wish, seen, where, up), ...diskOf(wish, seen, where), ...zoneOf(wish, seen, where, up)]
      : []
  })
}

function typeOf({ name, type, otherTypes }: HostWish, seen: SeenInstance, where: string, up: string) {
  if ([type, ...otherTypes].includes(seen.type)) return []
  return [
    `${name} stays ${seen.type}; the inventory says ${type}. To change it, with its disk kept: ` +
      `aws ec2 stop-instances ${where} --instance-ids ${seen.id} - and when it has stopped: ` +
      `aws ec2 modify-instance-attribute ${where} --instance-id ${seen.id} --instance-type Value=${type} && ${up}`,
  ]
}

/** By the tag that it was made with; those of earlier versions have none. */
function diskOf({ name, disk }: HostWish, { id, disk: was, volume }: SeenInstance, where: string) {
  if (was === undefined || was === disk) return []
  const says = `${name} has the disk of ${was} GiB that it was made with; the inventory says ${disk}.`
  if (disk < was) return [`${says} A disk does not shrink: correct the inventory, or have the host made anew.`]
  return [
    `${says} To enlarge it: aws ec2 modify-volume ${where} --volume-id ${volume ?? `VOLUME_OF_${id}`} --size ${disk} && ` +
      `aws ec2 create-tags ${where} --resources ${id} --tags Key=${diskTag},Value=${disk} - and on the host, as root: ` +
      'growpart and resize2fs, or a reboot.',
  ]
}

function zoneOf({ name, zones }: HostWish, { id, zone }: SeenInstance, where: string, up: string) {
  if (zone === undefined || zones.length === 0 || zones.includes(zone)) return []
  return [
    `${name} stays in ${zone}; the inventory says ${zones.join(', ')}. A host does not move: to have it made anew there, ` +
      `with all data on it lost: aws ec2 terminate-instances ${where} --instance-ids ${id} && ${up}`,
  ]
}
