import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { Failure } from '../../report/events.ts'
import { readRecord } from '../lab/network-record.ts'
import { labNames } from './names.ts'
import type { NetworkWish } from './network-wish.ts'

/** Where the kernel shows to anyone what networks there are; other places in tests. */
export interface NetworkPlaces {
  readonly namespaces: string
  readonly links: string
}

const places: NetworkPlaces = { namespaces: '/run/netns', links: '/sys/class/net' }

/** Which of the lab's two visible parts are there. */
export async function visibleParts(lab: string, { namespaces, links }: NetworkPlaces = places) {
  const names = labNames(lab)
  const [namespace, uplink] = await Promise.all([
    exists(join(namespaces, names.namespace)),
    exists(join(links, names.uplink)),
  ])
  return { namespace, uplink }
}

/**
 * `lab-name-taken` where this machine has a lab of this name that was not made from this state folder: the record is
 * written before anything is made and goes last. Reads only what anyone may read.
 */
export async function labOfAnother(
  { lab, record }: Pick<NetworkWish, 'lab' | 'record'>,
  uid = process.getuid?.(),
  where: NetworkPlaces = places,
): Promise<Failure | undefined> {
  if (readRecord(record)) return undefined
  const { namespace, uplink } = await visibleParts(lab, where)
  if (!namespace && !uplink) return undefined
  return {
    code: 'lab-name-taken',
    message: `This machine has a lab ${lab}, and it was not made from this state folder`,
    place: `network namespace ${labNames(lab).namespace}`,
    ...(uid === 0 ? ofAnyone : ofRoot),
  }
}

const ofAnyone = {
  cause: 'another user, or a run with another XDG_STATE_HOME, made it',
  next: 'Give this lab another name in its inventory, or run the same command where the other was made.',
}

const ofRoot = {
  cause: 'root made it, as only root can, and it is not for this user to see',
  next: 'Run the same command with sudo. For a lab beside that one, give this one another name in its inventory.',
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
